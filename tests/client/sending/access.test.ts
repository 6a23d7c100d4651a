import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { getClient } from "../../../src/client/index.ts";
import { eventually } from "../../support/eventually.ts";
import { DOOR, newFolder, openTestClient, SYSTEM } from "../opened-client.ts";
import { refusal, type ScriptedMain, startMain } from "../scripted-main.ts";

/** Lets only this token in from now on. */
function allow(main: ScriptedMain, token: string): void {
  main.before = ({ metadata }) => {
    if (metadata.get("authorization")[0] !== `Bearer ${token}`) throw refusal("UNAUTHENTICATED");
  };
}

describe("a token that is not good any more costs nothing, and the next one lets everything through", () => {
  test("of a function", async () => {
    const main = await startMain();
    let token = "first";
    allow(main, token);
    const { client, told } = await openTestClient({
      address: main.address,
      token: async () => token,
    });
    const run = client.run([DOOR]);
    await run.fire(DOOR);

    allow(main, "second");
    const firing = run.fire(DOOR);
    await eventually(() => expect(told.problem).toHaveLength(1));
    token = "second";
    await firing;

    expect(told.problem).toMatchObject([{ what: "access" }]);
    expect(told.problem[0]?.message).toContain("UNAUTHENTICATED");
    expect(client.stats()).toMatchObject({ delivered: 2, refused: 0 });
  });

  test("of a file, which is read again when it changes", async () => {
    const main = await startMain();
    const tokenFile = join(newFolder(), "token");
    writeFileSync(tokenFile, "first\n");
    allow(main, "first");
    const { client, told } = await openTestClient({ address: main.address, tokenFile });
    const run = client.run([DOOR]);
    await run.fire(DOOR);

    allow(main, "second");
    const firing = run.fire(DOOR);
    await eventually(() => expect(told.problem).toHaveLength(1));
    writeFileSync(tokenFile, "second\n");
    await firing;

    expect(client.stats()).toMatchObject({ delivered: 2, refused: 0 });
  });
});

test("a way that leads nowhere holds everything, and says so once", async () => {
  const main = await startMain();
  const { client, told } = await openTestClient({ address: main.address });
  const run = client.run([DOOR]);
  await run.registered;
  main.before = ({ method }) => {
    if (/activation/.test(method)) throw refusal("NOT_FOUND", { message: "no such host" });
  };

  const firings = [run.fire(DOOR), run.fire(DOOR)];
  await eventually(() => expect(client.stats().retries).toBeGreaterThan(2));
  main.before = () => {};
  await Promise.all(firings);

  expect(told.problem).toHaveLength(1);
  expect(told.refused).toEqual([]);
});

describe("where there is no token", () => {
  test("everything waits until there is one", async () => {
    const main = await startMain();
    let vault = (): string => "good";
    const { client, told } = await openTestClient({ address: main.address, token: () => vault() });
    const run = client.run([DOOR]);
    await run.registered;

    vault = () => {
      throw new Error("the vault is sealed");
    };
    const firing = run.fire(DOOR);
    await eventually(() => expect(told.problem).toHaveLength(1));
    vault = () => "good";
    await firing;

    expect(told.problem[0]?.message).toBe(
      `no access to ${main.address}: UNAUTHENTICATED: there is no token: the vault is sealed`,
    );
    expect(client.stats()).toMatchObject({ delivered: 1, refused: 0 });
  });

  test("a client that may start offline does", async () => {
    const main = await startMain();
    const token = () => Promise.reject(new Error("the vault is away"));
    const { client } = await openTestClient({ address: main.address, token, spool: newFolder() });
    expect(client.stats().isConnected).toBe(false);

    const rejected = getClient({ address: main.address, systemId: SYSTEM, token });
    await expect(rejected).rejects.toMatchObject({
      code: "SERVER_AWAY",
      message: expect.stringContaining("there is no token: the vault is away"),
    });
  });

  test.each(["stream", "batch", "single"] as const)(
    "because it never comes, nothing hangs: %s",
    async (sending) => {
      const main = await startMain();
      let isHanging = false;
      const { client, told } = await openTestClient({
        address: main.address,
        sending,
        callTimeoutMs: 100,
        token: () => (isHanging ? new Promise(() => {}) : "good"),
      });
      const run = client.run([DOOR]);
      await run.registered;

      isHanging = true;
      const firing = run.fire(DOOR);
      await eventually(() => expect(told.problem).toHaveLength(1));
      isHanging = false;
      await firing;
      isHanging = true;
      run.fire(DOOR);
      const startedAt = performance.now();
      await client.close({ timeoutMs: 10 });

      expect(performance.now() - startedAt).toBeLessThan(1_000);
    },
  );
});
