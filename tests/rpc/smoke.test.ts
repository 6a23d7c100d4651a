import { describe, expect, test } from "vitest";
import { useServer } from "../support/serving.ts";
import { slimmer } from "../support/slimmer-command.ts";

const server = useServer();

async function storedOf(system: string) {
  const { rows } = await server().db.query(
    `select
      run.run_id,
      run.ended_at is not null as ended,
      (select array_agg(activation.activation_id::text)
        from activations activation
        where activation.system_no = run.system_no and activation.run_no = run.run_no) as activations
    from runs run
    join systems system using (system_no)
    where system.system_id = $1`,
    [system],
  );
  return rows;
}

const UUID = "[0-9a-f-]{36}";
const TIME = String.raw`\(\d+\.\d ms\)`;

describe("slimmer smoke", () => {
  test("sees each step done, and leaves one run with one activation", async () => {
    const { code, stdout, stderr } = await slimmer(["smoke", server().address]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout.split("\n")).toEqual([
      expect.stringMatching(`^ping: echoed ${TIME}$`),
      expect.stringMatching(`^new_system_run: run ${UUID} of smoke-test is registered ${TIME}$`),
      expect.stringMatching(`^new_activation: activation ${UUID} is acknowledged ${TIME}$`),
      expect.stringMatching(`^new_activation again: it is a duplicate, .* stored ${TIME}$`),
      expect.stringMatching(`^end_system_run: the run has ended ${TIME}$`),
      "",
    ]);
    const ids = stdout.match(new RegExp(UUID, "g"));
    expect(await storedOf("smoke-test")).toEqual([
      { run_id: ids?.[0], ended: true, activations: [ids?.[1]] },
    ]);
  });

  test("makes a run of its own each time, in the system that it is told", async () => {
    const words = ["smoke", server().address, "--system=attic"];
    const both = [await slimmer(words), await slimmer(words)];
    expect(both.map(({ code }) => code)).toEqual([0, 0]);
    expect(await storedOf("attic")).toHaveLength(2);
  });

  test("says how the server refuses, by name and in its words", async () => {
    const name = "x".repeat(129);
    const { code, stdout, stderr } = await slimmer(["smoke", server().address, "--system", name]);
    expect(code).toBe(1);
    expect(stdout).toMatch(/^ping: echoed .*\n$/);
    expect(stderr).toMatch(/ failed at new_system_run: INVALID_ARGUMENT: .*system_id.*\n$/);
  });
});
