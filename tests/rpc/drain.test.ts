import type { ServiceError } from "@grpc/grpc-js";
import { v7 as uuidv7 } from "uuid";
import { expect, test } from "vitest";
import { Refusal } from "../support/caller.ts";
import { door, greenhouse } from "../support/cast.ts";
import { eventually } from "../support/eventually.ts";
import { isListening, useServer } from "../support/serving.ts";
import { startTcpProxy, type TcpProxy } from "../support/tcp-proxy.ts";

let proxy: TcpProxy;
const server = useServer({ SLIMMER_DRAIN: "5s" }, async (url) => {
  proxy = await startTcpProxy(url);
  return proxy.urlVia(url);
});

test("a server that is told to stop finishes what it has taken, tells its streams, and closes", async () => {
  const { call, client, db, address, close } = server();
  const { system_id, entities } = { system_id: greenhouse.systemId, entities: greenhouse.entities };
  const { run_id } = await call.run({ system_id, entities });
  const run = { system_id, run_id };
  await call.fire({ ...run, entity: door, activation_id: uuidv7() });

  const stream = client.stream_activations();
  const acks: unknown[] = [];
  stream.on("data", (ack) => acks.push(ack));
  const ended = new Promise<Refusal>((resolve) => {
    stream.on("error", (error: ServiceError) => resolve(new Refusal(error)));
  });
  stream.write({ ...run, batch_no: 1, activations: [{ entity: door, activation_id: uuidv7() }] });
  await eventually(() => expect(acks).toHaveLength(1));

  proxy.hold(true);
  const id = uuidv7();
  const fired = call.fire({ ...run, entity: door, activation_id: id });
  await eventually(async () => {
    const { rows } = await db.query("select from activations where activation_id = $1", [id]);
    expect(rows).toHaveLength(1);
  });
  const closed = close();
  expect(await ended).toMatchObject({ code: "UNAVAILABLE", reason: "SHUTTING_DOWN" });
  proxy.hold(false);
  expect(await fired).toMatchObject({ success: true, activation_id: id });
  await closed;
  expect(await isListening(address)).toBe(false);
  await proxy.close();
});
