import { MainService } from "slimmer-grpc";
import { v7 } from "uuid";
import { describe, expect, test } from "vitest";
import { boiler, door, greenhouse, skylight } from "../support/cast.ts";
import { type Answer, ask, framed } from "../support/edge-calls.ts";
import { useEdge } from "../support/envoy.ts";
import { useServers } from "../support/slimmer-servers.ts";

// What docs/json-api.md promises, against a real server.
const servers = useServers(1);
const edge = useEdge(() => ({ upstreams: servers().addresses }));

const GREENHOUSE = "/v1/systems/greenhouse";

type Reply = { status: number; body: ReturnType<typeof JSON.parse> };

async function post(path: string, content: unknown, http: 1 | 2 = 1): Promise<Reply> {
  const body = typeof content === "string" ? content : JSON.stringify(content);
  return replyOf(
    await ask(
      edge(),
      { method: "POST", path, headers: { "content-type": "application/json" }, body },
      { http },
    ),
  );
}

function replyOf({ status, text, headers }: Answer): Reply {
  expect(headers["content-type"]).toMatch(/^application\/json/);
  return { status, body: JSON.parse(text) };
}

async function newRun(facts: object = {}, systemId = "greenhouse"): Promise<string> {
  const path = `/v1/systems/${encodeURIComponent(systemId)}/runs`;
  const { body } = await post(path, { entities: greenhouse.entities, run_id: v7(), ...facts });
  return body.run_id;
}

async function storedIds(ids: readonly string[]): Promise<string[]> {
  const { rows } = await servers().db.query(
    "select activation_id from activations where activation_id = any($1::uuid[])",
    [ids],
  );
  return rows.map(({ activation_id }) => activation_id);
}

describe("every rule", () => {
  test("POST /v1/ping", async () => {
    for (const http of [1, 2] as const) {
      expect(await post("/v1/ping", { message: "hello" }, http)).toEqual({
        status: 200,
        body: { message: "hello" },
      });
    }
  });

  test("POST /v1/systems/{system_id}/runs starts a run, and says what is new", async () => {
    await newRun({ entities: [skylight] });
    const run_id = v7();
    const { status, body } = await post(`${GREENHOUSE}/runs`, {
      run_id,
      entities: [door],
      labels: { site: "south" },
      silent_after: "90s",
    });
    expect(status).toBe(200);
    expect(body).toMatchObject({ run_id, added: [door], removed: [skylight] });
    expect(body.server_time).toMatch(/^\d{4}-\d\d-\d\dT.*Z$/);
    expect(body.limits.max_message_bytes).toBe(4 * 1024 * 1024);
    const { rows } = await servers().db.query("select labels from runs where run_id = $1", [
      run_id,
    ]);
    expect(rows).toEqual([{ labels: { site: "south" } }]);
  });

  test("POST /v1/systems/{system_id}/runs/{run_id}:end ends it", async () => {
    const runId = await newRun();
    const end = () => post(`${GREENHOUSE}/runs/${runId}:end`, { reason: "maintenance" });
    expect((await end()).body.already_ended).toBe(false);
    const { status, body } = await end();
    expect([status, body.already_ended]).toEqual([200, true]);
  });

  test("POST /v1/systems/{system_id}/activations stores an activation, and knows it again", async () => {
    const activation = { run_id: await newRun(), activation_id: v7(), entity: door };
    const first = await post(`${GREENHOUSE}/activations`, activation);
    expect(first).toEqual({
      status: 200,
      body: {
        success: true,
        activation_id: activation.activation_id,
        duplicate: false,
        unregistered: false,
        clock_suspect: false,
      },
    });
    expect(await storedIds([activation.activation_id])).toHaveLength(1);
    const again = await post(`${GREENHOUSE}/activations`, activation);
    expect(again.body.duplicate).toBe(true);
    expect(await storedIds([activation.activation_id])).toHaveLength(1);
  });

  test("POST /v1/systems/{system_id}/activations:batch has a result for each", async () => {
    const [one, two] = [v7(), v7()];
    const { status, body } = await post(`${GREENHOUSE}/activations:batch`, {
      run_id: await newRun(),
      activations: [
        { activation_id: one, entity: door },
        { activation_id: two, entity: { category: "door" } },
      ],
    });
    expect(status).toBe(200);
    expect(body.results).toMatchObject([
      { activation_id: one, duplicate: false },
      { activation_id: two, error: { code: 3, reason: "FIELDS_INVALID", retryable: false } },
    ]);
    expect(await storedIds([one, two])).toEqual([one]);
  });

  test("POST /v1/activations:batch takes items of many systems", async () => {
    const ids = [v7(), v7()];
    const { status, body } = await post("/v1/activations:batch", {
      activations: [
        { system_id: "greenhouse", run_id: await newRun(), entity: door, activation_id: ids[0] },
        {
          system_id: "attic",
          run_id: await newRun({ entities: [skylight] }, "attic"),
          entity: skylight,
          activation_id: ids[1],
        },
      ],
    });
    expect(status).toBe(200);
    expect(body.results.map(({ error }: { error?: object }) => error)).toEqual([
      undefined,
      undefined,
    ]);
    expect((await storedIds(ids)).sort()).toEqual(ids.sort());
  });
});

describe("how JSON looks", () => {
  test("names may be written both ways, times and long numbers as the page says", async () => {
    const run_id = await newRun();
    const activationId = v7();
    const { status, body } = await post(`${GREENHOUSE}/activations`, {
      runId: run_id,
      activationId,
      entity: boiler,
      occurredAt: new Date().toISOString(),
      seq: "7",
    });
    expect([status, body.activation_id]).toEqual([200, activationId]);
    const { rows } = await servers().db.query(
      "select seq::int from activations where activation_id = $1",
      [activationId],
    );
    expect(rows).toEqual([{ seq: 7 }]);
  });

  test("an unknown field is passed over in silence", async () => {
    const activationId = v7();
    const { status, body } = await post(`${GREENHOUSE}/activations`, {
      run_id: await newRun(),
      entity: door,
      activation_identity: activationId,
      seq: 1,
    });
    expect(status).toBe(200);
    expect(body.activation_id).not.toBe(activationId);
  });

  test("a system_id in the path is decoded", async () => {
    const systemId = "Glashaus Süd & 100 %";
    const run_id = await newRun({}, systemId);
    const path = `/v1/systems/${encodeURIComponent(systemId)}/activations`;
    const activation_id = v7();
    const { status } = await post(path, { run_id, entity: door, activation_id });
    expect(status).toBe(200);
    const { rows } = await servers().db.query(
      "select s.system_id from systems s join activations a using (system_no) where a.activation_id = $1",
      [activation_id],
    );
    expect(rows).toEqual([{ system_id: systemId }]);
  });

  test("the path may be repeated in the body, and not contradicted", async () => {
    const run_id = await newRun();
    const activation = (system_id: string) => ({
      system_id,
      run_id,
      entity: door,
      activation_id: v7(),
    });
    expect((await post(`${GREENHOUSE}/activations`, activation("greenhouse"))).status).toBe(200);
    const { status, body } = await post(`${GREENHOUSE}/activations`, activation("attic"));
    expect([status, body.code]).toEqual([400, 3]);
  });
});

describe("errors", () => {
  test("400 with every wrong field", async () => {
    const { status, body } = await post(`${GREENHOUSE}/activations`, {
      run_id: "nope",
      entity: door,
    });
    expect(status).toBe(400);
    expect(body).toEqual({
      code: 3,
      message: 'run_id: must be a UUID, not "nope"',
      details: [
        {
          "@type": "type.googleapis.com/google.rpc.ErrorInfo",
          reason: "FIELDS_INVALID",
          domain: "slimmer",
          metadata: {},
        },
        {
          "@type": "type.googleapis.com/google.rpc.BadRequest",
          field_violations: [
            expect.objectContaining({ field: "run_id", description: 'must be a UUID, not "nope"' }),
          ],
        },
      ],
    });
  });

  test("400 with RUN_UNKNOWN", async () => {
    await newRun();
    const { status, body } = await post(`${GREENHOUSE}/activations`, {
      run_id: v7(),
      entity: door,
    });
    expect([status, body.code]).toEqual([400, 9]);
    expect(body.details).toContainEqual(expect.objectContaining({ reason: "RUN_UNKNOWN" }));
  });

  test("409 with RUN_CONFLICT", async () => {
    const run_id = await newRun({ entities: [door] });
    const { status, body } = await post(`${GREENHOUSE}/runs`, { run_id, entities: [boiler] });
    expect([status, body.code]).toEqual([409, 6]);
    expect(body.details).toContainEqual(expect.objectContaining({ reason: "RUN_CONFLICT" }));
  });

  test.each<[string, string, unknown]>([
    ["JSON that is none", "/v1/ping", "{"],
    ["a value of the wrong type", "/v1/ping", { message: { deep: true } }],
    ["a time that is none", `${GREENHOUSE}/activations`, { occurred_at: "yesterday" }],
    ["an unknown query parameter", "/v1/ping?loud=true", { message: "hello" }],
  ])("400 for %s", async (_what, path, content) => {
    const { status, body } = await post(path, content);
    expect([status, body.code]).toEqual([400, 3]);
    expect(body).not.toHaveProperty("details");
  });

  test.each([
    ["a path without a rule", "POST", "/v1/pong"],
    ["a path with more to it", "POST", "/v1/ping/x"],
    ["a method without a rule", "GET", "/v1/ping"],
    ["a method without a rule, for activations", "DELETE", `${GREENHOUSE}/activations`],
    ["the stream", "POST", "/v1/stream_activations"],
  ])("404 for %s", async (_what, method, path) => {
    const answer = await ask(edge(), { method, path });
    const { status, body } = replyOf(answer);
    expect([status, body.code]).toEqual([404, 5]);
  });

  test("more than 4 MiB are refused", async () => {
    const { status, body } = await post("/v1/ping", { message: "x".repeat(5 * 1024 * 1024) });
    expect([status, body.code]).toEqual([413, 8]);
  });

  test("a body of nearly 4 MiB passes", async () => {
    const message = "x".repeat(4 * 1024 * 1024 - 100);
    const { status, body } = await post("/v1/ping", { message });
    expect([status, body.message === message]).toEqual([200, true]);
  });
});

describe("a page of another origin, which may send text without asking", () => {
  test.each([
    ["https://evil.example", 1],
    ["https://evil.example", 2],
    ["null", 2],
  ] as const)("stores nothing as JSON (%s, HTTP/%i)", async (origin, http) => {
    const activation_id = v7();
    const activation = { run_id: await newRun(), activation_id, entity: door };
    const answer = await ask(
      edge(),
      {
        method: "POST",
        path: `${GREENHOUSE}/activations`,
        headers: { origin, "content-type": "text/plain" },
        body: JSON.stringify(activation),
      },
      { http },
    );
    expect(replyOf(answer)).toEqual({
      status: 403,
      body: { code: 7, message: expect.stringContaining("SLIMMER_EDGE_CORS_ORIGINS") },
    });
    expect(await storedIds([activation_id])).toEqual([]);
    expect((await post(`${GREENHOUSE}/activations`, activation)).body.success).toBe(true);
  });

  test.each(["text/plain", "text/plain; application/grpc-web-text"])(
    "stores nothing as grpc-web that calls itself %s",
    async (type) => {
      const activation_id = v7();
      const { path, requestSerialize } = MainService.new_activation;
      const run_id = await newRun();
      const message = { system_id: "greenhouse", run_id, entity: door, activation_id };
      const body = framed(requestSerialize(message));
      const headers = { origin: "https://evil.example", "content-type": type };
      for (const sent of [body, body.toString("base64")]) {
        const answer = await ask(edge(), { method: "POST", path, headers, body: sent });
        expect(answer.status).toBe(404);
      }
      expect(await storedIds([activation_id])).toEqual([]);
    },
  );
});
