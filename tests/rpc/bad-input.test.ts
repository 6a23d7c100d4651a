import { Client, credentials, Metadata, type ServiceError, status } from "@grpc/grpc-js";
import { MainService } from "slimmer-grpc";
import { v7 as uuidv7 } from "uuid";
import { beforeAll, describe, expect, test } from "vitest";
import { detailsOf, Refusal, refusalOf } from "../support/caller.ts";
import { door, greenhouse } from "../support/cast.ts";
import { useServer } from "../support/serving.ts";

const server = useServer();
let runId = "";

beforeAll(async () => {
  const { run_id } = await server().call.run({
    system_id: greenhouse.systemId,
    entities: greenhouse.entities,
  });
  runId = run_id;
});

/** Sends bytes as they are, and returns the error that comes back. */
async function refusalOfBytes(path: string, bytes: Buffer): Promise<Refusal> {
  const client = new Client(server().address, credentials.createInsecure());
  const same = (value: Buffer) => value;
  try {
    const error = await new Promise<ServiceError | null>((resolve) => {
      client.makeUnaryRequest(path, same, same, bytes, new Metadata(), resolve);
    });
    if (!error) throw new Error("the bytes were accepted");
    return new Refusal(error);
  } finally {
    client.close();
  }
}

const fire = (change: object) =>
  refusalOf(
    server().call.fire({ system_id: "greenhouse", run_id: runId, entity: door, ...change }),
  );
const register = (change: object) =>
  refusalOf(server().call.run({ system_id: "greenhouse", entities: [door], ...change }));

describe("new_system_run refuses", () => {
  test.each<[string, object, string]>([
    ["an empty system_id", { system_id: "" }, "system_id: must not be empty"],
    [
      "an over-long system_id",
      { system_id: "s".repeat(129) },
      "system_id: has 129 characters; at most 128 are allowed",
    ],
    ["NUL in a system_id", { system_id: "green\0house" }, "system_id: must not contain NUL"],
    [
      "an empty category",
      { entities: [{ ...door, category: "" }] },
      "entities[0].category: must not be empty",
    ],
    [
      "an over-long category",
      { entities: [{ ...door, category: "c".repeat(65) }] },
      "entities[0].category: has 65 characters; at most 64 are allowed",
    ],
    [
      "an empty name",
      { entities: [door, { ...door, name: "" }] },
      "entities[1].name: must not be empty",
    ],
    [
      "an over-long name",
      { entities: [{ ...door, name: "n".repeat(129) }] },
      "entities[0].name: has 129 characters; at most 128 are allowed",
    ],
    [
      "NUL in a name",
      { entities: [{ ...door, name: "a\0b" }] },
      "entities[0].name: must not contain NUL",
    ],
    [
      "an empty identity",
      { entities: [{ ...door, identity: "" }] },
      "entities[0].identity: must not be empty",
    ],
    [
      "an over-long identity",
      { entities: [{ ...door, identity: "i".repeat(257) }] },
      "entities[0].identity: has 257 characters; at most 256 are allowed",
    ],
    [
      "the same sensor twice",
      { entities: [door, { ...door, name: "back" }, door] },
      "entities[2]: is the same sensor as entities[0]",
    ],
    [
      "a run_id that is no UUID",
      { run_id: "run-1" },
      'run_id: must be a UUID of version 7, not "run-1"',
    ],
    [
      "a run_id of version 4",
      { run_id: "8c5e0c5e-3b1e-4a5e-9a55-0d6a3f1f7b11" },
      'run_id: must be a UUID of version 7, not "8c5e0c5e-3b1e-4a5e-9a55-0d6a3f1f7b11"',
    ],
    [
      "too many labels",
      { labels: Object.fromEntries(Array.from({ length: 17 }, (_, n) => [`k${n}`, ""])) },
      "labels: has 17 entries; at most 16 are allowed",
    ],
    [
      "a silent_after of a moment",
      { silent_after: { seconds: 0, nanos: 5 } },
      "silent_after: must be from 1s to 31622400s",
    ],
    [
      "a started_at outside the calendar",
      { started_at: { seconds: 253_402_300_800, nanos: 0 } },
      "started_at: must be from 0001-01-01T00:00:00Z to 9999-12-31T23:59:59Z, with nanos from 0 to 999999999",
    ],
  ])("%s", async (_what, change, field) => {
    const refusal = await register(change);
    expect(refusal).toMatchObject({ code: "INVALID_ARGUMENT", reason: "FIELDS_INVALID" });
    expect(refusal.fields).toEqual([field]);
  });

  test("a list over the limit", async () => {
    const entities = Array.from({ length: 10_001 }, (_, n) => ({ ...door, identity: `d${n}` }));
    expect((await register({ entities })).fields).toEqual([
      "entities: has 10001 sensors; at most 10000 are allowed",
    ]);
  });

  test("a hundred wrong fields with as many as fit into the trailers, and their number", async () => {
    const entities = Array.from({ length: 100 }, (_, n) => ({
      ...door,
      name: "",
      identity: `${n}`,
    }));
    const refusal = await register({ entities });
    expect(refusal.fields.length).toBeGreaterThan(40);
    expect(refusal.message).toMatch(/100 problems in all/);
  });

  test("everything that is wrong at once", async () => {
    const refusal = await register({
      system_id: "",
      run_id: "x",
      entities: [{ ...door, name: "" }],
    });
    expect(refusal.fields).toHaveLength(3);
  });
});

describe("new_activation refuses", () => {
  test.each<[string, object, string]>([
    ["an empty system_id", { system_id: "" }, "system_id: must not be empty"],
    ["a run_id that is no UUID", { run_id: "none" }, 'run_id: must be a UUID, not "none"'],
    ["a missing sensor", { entity: null }, "entity: is missing"],
    ["an empty name", { entity: { ...door, name: "" } }, "entity.name: must not be empty"],
    [
      "an activation_id that is no UUID",
      { activation_id: "1" },
      'activation_id: must be a UUID of version 7, not "1"',
    ],
    [
      "an activation_id of version 4",
      { activation_id: "8c5e0c5e-3b1e-4a5e-9a55-0d6a3f1f7b11" },
      'activation_id: must be a UUID of version 7, not "8c5e0c5e-3b1e-4a5e-9a55-0d6a3f1f7b11"',
    ],
    [
      "an occurred_at outside the calendar",
      { occurred_at: { seconds: -62_135_596_801, nanos: 0 } },
      "occurred_at: must be from 0001-01-01T00:00:00Z to 9999-12-31T23:59:59Z, with nanos from 0 to 999999999",
    ],
    [
      "an occurred_at with too many nanos",
      { occurred_at: { seconds: 0, nanos: 1_000_000_000 } },
      "occurred_at: must be from 0001-01-01T00:00:00Z to 9999-12-31T23:59:59Z, with nanos from 0 to 999999999",
    ],
    [
      "a seq beyond what a double holds",
      { seq: "18446744073709551615" },
      "seq: must be at most 9007199254740991",
    ],
    [
      "an attribute with an empty key",
      { attributes: { "": "x" } },
      'attributes key "": must not be empty',
    ],
    ["NUL in an attribute", { attributes: { a: "\0" } }, 'attributes["a"]: must not contain NUL'],
  ])("%s", async (_what, change, field) => {
    const refusal = await fire(change);
    expect(refusal).toMatchObject({ code: "INVALID_ARGUMENT", reason: "FIELDS_INVALID" });
    expect(refusal.fields).toEqual([field]);
    expect(refusal.details?.retryAfterMs).toBeUndefined();
  });

  test("invalid UTF-8", async () => {
    const request = MainService.new_activation.requestSerialize({
      system_id: "greenhouse",
      run_id: runId,
      entity: { ...door, name: "front__door" },
    });
    request.set([0xc3, 0x28], request.indexOf("front__door") + 5);
    const refusal = await refusalOfBytes("/slimmer_grpc.Main/new_activation", request);
    expect(refusal.fields).toEqual(["entity.name: must be valid UTF-8, without U+FFFD"]);
  });

  test("more different unregistered sensors than one run may report", async () => {
    const { run_id } = await server().call.run({ system_id: "chatter", entities: [] });
    const fireMany = (from: number, count: number) =>
      server().call.fireMany({
        system_id: "chatter",
        run_id,
        activations: Array.from({ length: count }, (_, n) => ({
          entity: { ...door, identity: `${from + n}` },
          activation_id: uuidv7(),
        })),
      });
    for (let from = 0; from < 1_000; from += 500) await fireMany(from, 500);
    const { results } = await fireMany(999, 2);
    expect(results.map((result) => result.error?.reason)).toEqual([
      undefined,
      "UNREGISTERED_LIMIT",
    ]);
    expect(results[1]?.error).toMatchObject({ code: status.RESOURCE_EXHAUSTED, retryable: false });
  });
});

test("a message over the limit is refused, and the connection lives on", async () => {
  const { client, call } = server();
  const error = await new Promise<ServiceError | null>((resolve) => {
    client.ping({ message: "x".repeat(4 * 1024 * 1024 + 1) }, resolve);
  });
  expect(error?.code).toBe(status.RESOURCE_EXHAUSTED);
  expect(error && detailsOf(error)?.retryAfterMs).toBeFalsy();
  expect(await call.ping({ message: "still here" })).toMatchObject({ message: "still here" });
});

test("garbage is the caller's mistake, not the server's", async () => {
  const refusal = await refusalOfBytes(
    "/slimmer_grpc.Main/new_activation",
    Buffer.from([0xff, 0xff, 0xff]),
  );
  expect(refusal).toMatchObject({ code: "INVALID_ARGUMENT", reason: "MESSAGE_MALFORMED" });
  expect(server().log).toEqual([]);
});

test("an unknown method is UNIMPLEMENTED", async () => {
  const refusal = await refusalOfBytes("/slimmer_grpc.Main/self_destruct", Buffer.alloc(0));
  expect(refusal.code).toBe("UNIMPLEMENTED");
});
