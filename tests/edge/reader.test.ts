import { setTimeout as pause } from "node:timers/promises";
import { type ServiceError, status } from "@grpc/grpc-js";
import { credentials, ReaderClient, ReaderService } from "slimmer-grpc";
import { v7 } from "uuid";
import { beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { createCaller, Refusal } from "../support/caller.ts";
import { boiler, door, greenhouse } from "../support/cast.ts";
import { ask, clientOfTest, framed, openClient, openHttp2 } from "../support/edge-calls.ts";
import { GRPC_HOST, useEdge } from "../support/envoy.ts";
import { eventually } from "../support/eventually.ts";
import { useServers } from "../support/slimmer-servers.ts";

const PAGE = "https://panel.example";

const servers = useServers(1);
const edge = useEdge(() => ({
  upstreams: servers().addresses,
  env: { SLIMMER_EDGE_CORS_ORIGINS: PAGE, SLIMMER_EDGE_UNARY_TIMEOUT: "2s" },
}));

const { systemId: system_id, entities } = greenhouse;
let run_id = "";
beforeAll(async () => {
  const client = openClient(edge());
  run_id = (await createCaller(client).run({ system_id, entities, run_id: v7() })).run_id;
  client.close();
});

/** A client of Reader through Envoy. */
function readerOfTest(): InstanceType<typeof ReaderClient> {
  const { port, ca } = edge();
  const client = new ReaderClient(`127.0.0.1:${port}`, credentials.createSsl(Buffer.from(ca)), {
    "grpc.ssl_target_name_override": GRPC_HOST,
    "grpc.default_authority": GRPC_HOST,
    "grpc.use_local_subchannel_pool": 1,
    "grpc.max_reconnect_backoff_ms": 200,
    "grpc.initial_reconnect_backoff_ms": 50,
  });
  onTestFinished(() => client.close());
  return client;
}

async function get(path: string) {
  const answer = await ask(edge(), { path, headers: { origin: PAGE } });
  expect(answer.headers["content-type"]).toMatch(/^application\/json/);
  expect(answer.headers["access-control-allow-origin"]).toBe(PAGE);
  return { status: answer.status, body: JSON.parse(answer.text) };
}

describe("a question in JSON", () => {
  test("is answered, with wide numbers as texts and every simple field", async () => {
    const fleet = await get("/v1/fleet");
    expect(fleet).toMatchObject({
      status: 200,
      body: { down: 0, stopped: 0, fired_count: expect.stringMatching(/^\d+$/), lost: "0" },
    });
    expect(fleet.body.hourly_counts).toHaveLength(24);
    expect(await get("/v1/systems/greenhouse")).toMatchObject({
      status: 200,
      body: { system_id: "greenhouse", current_run: { run_id, state: "RUNNING", labels: {} } },
    });
    expect(await get("/v1/systems?query=green&page_size=5&states=UP&states=QUIET")).toMatchObject({
      status: 200,
      body: { systems: [{ system_id: "greenhouse" }], next_page_token: "" },
    });
    expect(await get(`/v1/systems/greenhouse/runs/${run_id}/coverage`)).toMatchObject({
      status: 200,
      body: { fired: [], missing: [], run: { run_id } },
    });
    const sensor = `category=${door.category}&name=front%20door&identity=${door.identity}`;
    expect(await get(`/v1/systems/greenhouse/sensor?${sensor}`)).toMatchObject({
      status: 200,
      body: { entity: door, registered: true },
    });
  });

  test("that names what is not there, or no field, is refused in the same way", async () => {
    expect(await get("/v1/systems/cellar")).toMatchObject({
      status: 404,
      body: { code: 5, details: [{ reason: "NOT_FOUND", domain: "slimmer" }] },
    });
    expect(await get("/v1/systems?page_size=9999")).toMatchObject({
      status: 400,
      body: { code: 3, details: [{ reason: "FIELDS_INVALID" }, { field_violations: [{}] }] },
    });
    expect(await get("/v1/systems?pagesize=5")).toMatchObject({ status: 400, body: { code: 3 } });
    expect(await get("/v1/sistems")).toMatchObject({ status: 404, body: { code: 5 } });
  });
});

/** The frames of grpc-web that have come so far. */
function framesOf(body: Buffer): { messages: Buffer[]; trailers: string } {
  const messages: Buffer[] = [];
  let trailers = "";
  for (let at = 0; at + 5 <= body.length; ) {
    const end = at + 5 + body.readUInt32BE(at + 1);
    if (end > body.length) break;
    if (body.readUInt8(at) & 0x80) trailers = body.toString("utf8", at + 5, end);
    else messages.push(body.subarray(at + 5, end));
    at = end;
  }
  return { messages, trailers };
}

test("activations are listed, and found by their ids, by hosts without gRPC", async () => {
  const activation_id = v7();
  await createCaller(clientOfTest(edge())).fire({ system_id, run_id, entity: door, activation_id });
  const row = { system_id, run_id, entity: door, activation_id, seq: "0", late: false };
  const found = await get(`/v1/systems/greenhouse/activations/${activation_id}`);
  expect(found).toMatchObject({ status: 200, body: row });
  const pattern = "category=do*&identity=door-%3F&page_size=1";
  for (const path of ["/v1/activations", "/v1/systems/greenhouse/activations"]) {
    await eventually(async () =>
      expect(await get(`${path}?${pattern}`)).toMatchObject({
        status: 200,
        body: { activations: [row] },
      }),
    );
  }
});

describe("a page of another origin", () => {
  const headers = {
    "content-type": "application/grpc-web+proto",
    accept: "application/grpc-web+proto",
    "x-grpc-web": "1",
    origin: PAGE,
  };
  const { get_fleet, get_system, watch_activations } = ReaderService;

  test("asks by grpc-web, and can read why it is refused", async () => {
    const fleet = await ask(edge(), {
      method: "POST",
      path: get_fleet.path,
      headers,
      body: framed(get_fleet.requestSerialize({})),
    });
    expect(fleet.headers["access-control-allow-origin"]).toBe(PAGE);
    const { messages, trailers } = framesOf(fleet.body);
    expect(messages.map(get_fleet.responseDeserialize)).toMatchObject([{ down: 0 }]);
    expect(trailers).toMatch(/^grpc-status:0\r\n/m);

    const refused = await ask(edge(), {
      method: "POST",
      path: get_system.path,
      headers,
      body: framed(get_system.requestSerialize({ system_id: "cellar" })),
    });
    expect(refused.headers["access-control-allow-origin"]).toBe(PAGE);
    expect(refused.headers["access-control-expose-headers"]).toContain("grpc-status");
    const said = `${JSON.stringify(refused.headers)}${framesOf(refused.body).trailers}`;
    expect(said).toMatch(/grpc-status"?:"?5/);
    expect(said).toContain("grpc-status-details-bin");
  });

  test("watches by grpc-web for longer than a call may take", async () => {
    const session = await openHttp2(edge());
    const stream = session.request({
      ":method": "POST",
      ":path": watch_activations.path,
      ":authority": GRPC_HOST,
      ":scheme": "https",
      ...headers,
    });
    stream.on("error", () => {});
    // Of a sensor of its own: what the test before has fired may still be on its way into the feed.
    const { category, name, identity } = boiler;
    const filter = { system_id, category, name, identity };
    stream.end(framed(watch_activations.requestSerialize(filter)));
    let body = Buffer.alloc(0);
    stream.on("data", (chunk: Buffer) => {
      body = Buffer.concat([body, chunk]);
    });
    const ids = () =>
      framesOf(body)
        .messages.map(watch_activations.responseDeserialize)
        .flatMap(({ activations }) => activations.map((one) => one.activation_id));
    await eventually(() => expect(framesOf(body).messages.length).toBeGreaterThan(0));
    const { fire } = createCaller(clientOfTest(edge()));
    const fired: string[] = [];
    const until = performance.now() + 3_000;
    while (performance.now() < until) {
      const activation_id = v7();
      await fire({ system_id, run_id, entity: boiler, activation_id });
      fired.push(activation_id);
      await eventually(() => expect(ids()).toEqual(fired));
    }
    stream.close();
  });
});

test("a stream through Envoy misses nothing while the server is killed again and again", async () => {
  const [address = ""] = servers().addresses;
  const reader = readerOfTest();
  const seen: string[] = [];
  const ends: Refusal[] = [];
  const isOver = new AbortController();

  async function follow(): Promise<void> {
    let cursor = "";
    let leave = () => {};
    isOver.signal.addEventListener("abort", () => leave());
    while (!isOver.signal.aborted) {
      const stream = reader.watch_activations({ cursor, system_id }, { deadline: Infinity });
      leave = () => stream.cancel();
      const error = await new Promise<ServiceError | undefined>((resolve) => {
        stream.on("data", (message) => {
          cursor = message.cursor;
          seen.push(
            ...message.activations.map((one: { activation_id: string }) => one.activation_id),
          );
        });
        stream.on("error", resolve);
        stream.on("end", () => resolve(undefined));
      });
      if (error && error.code !== status.CANCELLED) ends.push(new Refusal(error));
      await pause(50);
    }
  }
  const following = follow();

  const { fire } = createCaller(clientOfTest(edge()));
  const acknowledged: string[] = [];
  async function fireOn(): Promise<void> {
    while (!isOver.signal.aborted) {
      const activation_id = v7();
      while (!isOver.signal.aborted) {
        const result = await fire(
          { system_id, run_id, entity: door, activation_id },
          { deadline: Date.now() + 2_000 },
        ).catch(() => undefined);
        if (result) {
          acknowledged.push(activation_id);
          break;
        }
        await pause(50);
      }
    }
  }
  const firing = Promise.all([fireOn(), fireOn(), fireOn()]);

  await eventually(() => expect(seen.length).toBeGreaterThan(10), { timeoutMs: 20_000 });
  for (let round = 0; round < 3; round += 1) {
    await servers().running(address).kill();
    await servers().start(address);
    const { length } = seen;
    await eventually(() => expect(seen.length).toBeGreaterThan(length + 20), { timeoutMs: 30_000 });
  }
  const wanted = [...acknowledged];
  await eventually(
    () => {
      const got = new Set(seen);
      expect(wanted.filter((id) => !got.has(id))).toEqual([]);
    },
    { timeoutMs: 20_000 },
  );
  isOver.abort();
  await Promise.all([following, firing]);
  expect(ends.length).toBeGreaterThanOrEqual(3);
});
