import { v7 as uuidv7 } from "uuid";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { type Refusal, refusalOf } from "../support/caller.ts";
import { door, greenhouse } from "../support/cast.ts";
import { eventually } from "../support/eventually.ts";
import { useServer } from "../support/serving.ts";
import { startTcpProxy, type TcpProxy } from "../support/tcp-proxy.ts";

let proxy: TcpProxy;
const server = useServer(
  { SLIMMER_DATABASE_TIMEOUT: "1s", SLIMMER_DATABASE_WRITERS: "1" },
  async (url) => {
    proxy = await startTcpProxy(url);
    return proxy.urlVia(url);
  },
);
let run = { system_id: greenhouse.systemId, run_id: "" };

beforeAll(async () => {
  const { run_id } = await server().call.run({ ...run, run_id: "", entities: greenhouse.entities });
  run = { ...run, run_id };
});
afterEach(async () => {
  proxy.hold(false);
  await eventually(() => fire());
});
afterAll(() => proxy.close());

const fire = (activation_id = uuidv7(), deadlineMs = 15_000) =>
  server().call.fire(
    { ...run, entity: door, activation_id },
    { deadline: Date.now() + deadlineMs },
  );

async function readyz(): Promise<{ status: number; text: string }> {
  const response = await fetch(`http://${server().ops}/readyz`);
  return { status: response.status, text: await response.text() };
}

test("while PostgreSQL is away calls are refused at once, and work goes on when it is back", async () => {
  await fire();
  await proxy.close();
  await eventually(async () => {
    const refusal = await refusalOf(fire());
    expect(refusal).toMatchObject({ code: "UNAVAILABLE", reason: "STORE_AWAY" });
    expect(refusal.details?.retryAfterMs).toBeGreaterThan(0);
  });
  await eventually(async () => {
    expect(await readyz()).toEqual({
      status: 503,
      text: "not ready:\n- the database can't be reached\n",
    });
  });
  expect((await fetch(`http://${server().ops}/livez`)).status).toBe(200);
  expect(await server().call.ping({ message: "up" })).toMatchObject({ message: "up" });
  const registering = server().call.run({ system_id: "shed", entities: [door] });
  expect(await refusalOf(registering)).toMatchObject({ code: "UNAVAILABLE", reason: "STORE_AWAY" });

  await proxy.open();
  await eventually(() => fire());
  await eventually(async () => expect((await readyz()).status).toBe(200));
});

test("what was on its way when the connection broke is refused, and a retry with its id tells", async () => {
  const id = uuidv7();
  proxy.hold(true);
  const fired = refusalOf(fire(id));
  await eventually(async () => expect(await isStored(id)).toBe(true));
  proxy.cut();
  expect(await fired).toMatchObject({ code: "UNAVAILABLE", reason: "STORE_AWAY" });
  proxy.hold(false);
  const retried = await eventually(() => fire(id));
  expect(retried).toMatchObject({ success: true, duplicate: true });
});

test("a PostgreSQL that does not answer any more is given up after a bounded wait", async () => {
  proxy.hold(true);
  const refusal = await refusalOf(fire());
  expect(refusal).toMatchObject({ code: "UNAVAILABLE", reason: "STORE_AWAY" });
});

test("a call whose deadline passes in the queue is not stored", async () => {
  const ids = { held: uuidv7(), late: uuidv7() };
  proxy.hold(true);
  const held = fire(ids.held).catch((error: Refusal) => error);
  await eventually(async () => expect(await isStored(ids.held)).toBe(true));
  // The only writer waits for its answer, so this one has to wait behind it.
  expect((await refusalOf(fire(ids.late, 100))).code).toBe("DEADLINE_EXCEEDED");
  // The client's clock ran out first; what comes behind it on the connection finds that the server knows, too.
  await server().call.ping({ message: "behind it" });
  proxy.hold(false);
  await held;
  await eventually(() => fire());
  expect(await isStored(ids.late)).toBe(false);
});

async function isStored(id: string): Promise<boolean> {
  const { rows } = await server().db.query("select from activations where activation_id = $1", [
    id,
  ]);
  return rows.length > 0;
}
