import { type IncomingMessage, request } from "node:http";
import type { Fleet, GetSystemRequestOutput, ListSystemsRequestOutput, System } from "slimmer-grpc";
import { expect, test } from "vitest";
import { SlimmerError } from "../../src/domain/errors.ts";
import { deferred } from "../../src/kit/deferred.ts";
import { eventually } from "../support/eventually.ts";
import { answerToBytes, jsonOf, rawGet, startedWeb } from "./started-web.ts";

const greenhouse: System = {
  system_id: "greenhouse",
  state: "UP",
  state_since: { seconds: 1_795_000_000, nanos: 123_000_000 },
  fired_count: 12,
  silent_after: { seconds: 90, nanos: 0 },
  hourly_counts: [0, 3],
};

async function get(url: string, headers: Record<string, string> = {}) {
  const response = await fetch(url, { headers });
  const text = await response.text();
  return { status: response.status, headers: response.headers, text, body: json(text) };
}

function json(text: string) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

test("a GET is a request of the contract, and its answer the message as JSON", async () => {
  const asked: GetSystemRequestOutput[] = [];
  const { url } = await startedWeb({
    reader: {
      async get_system(request) {
        asked.push(request);
        return greenhouse;
      },
    },
  });
  const { status, headers, body } = await get(
    `${url}/v1/systems/${encodeURIComponent("Süd/1 & 2")}`,
  );
  expect(status).toBe(200);
  expect(headers.get("content-type")).toBe("application/json; charset=utf-8");
  expect(headers.get("cache-control")).toBe("private, no-cache");
  expect(asked).toEqual([{ system_id: "Süd/1 & 2" }]);
  expect(body).toEqual({
    system_id: "greenhouse",
    state: "UP",
    state_since: "2026-11-18T11:06:40.123Z",
    fired_count: "12",
    silent_after: "90s",
    hourly_counts: ["0", "3"],
  });
});

test("a query is read by the names and types of the contract", async () => {
  const asked: ListSystemsRequestOutput[] = [];
  const { url } = await startedWeb({
    reader: {
      async list_systems(request) {
        asked.push(request);
        return {};
      },
    },
  });
  const { body } = await get(
    `${url}/v1/systems?states=DOWN&states=LATE&order=NAME&pageSize=5&query=a+b`,
  );
  expect(body).toEqual({ systems: [], next_page_token: "" });
  expect(asked).toEqual([
    {
      page_size: 5,
      page_token: "",
      query: "a b",
      states: ["DOWN", "LATE"],
      order: "NAME",
      label: "",
    },
  ]);
});

test("POST /v1/counts has its sensors in the body", async () => {
  const asked: unknown[] = [];
  const { url } = await startedWeb({
    reader: {
      async count_activations(request) {
        asked.push(request);
        return { step: "DAY", series: [{ counts: [1] }] };
      },
    },
  });
  const post = (body: string, type = "application/json") =>
    fetch(`${url}/v1/counts`, { method: "POST", body, headers: { "content-type": type } });
  const entity = { category: "door", name: "front door", identity: "door-1" };
  const answer = await post(
    JSON.stringify({ system_id: "greenhouse", entities: [entity], step: "DAY" }),
  );
  expect(await jsonOf(answer)).toEqual({ step: "DAY", series: [{ counts: ["1"] }] });
  expect(asked).toMatchObject([{ entities: [entity], since: null, step: "DAY" }]);
  const wrong = await post(JSON.stringify({ entities: [{ category: 1 }], stepp: "DAY" }));
  expect([wrong.status, (await jsonOf(wrong)).details[1].field_violations]).toEqual([
    400,
    [
      { field: "entities[0].category", description: "must be a text" },
      { field: "stepp", description: "is no field of this request" },
    ],
  ]);
  for (const [body, type, code] of [
    ["{", "application/json", 400],
    ["a=b", "text/plain", 415],
  ] as const) {
    const refused = await post(body, type);
    expect([refused.status, (await jsonOf(refused)).details[0].reason]).toEqual([
      code,
      "MESSAGE_MALFORMED",
    ]);
  }
});

test("every wrong parameter is named in one refusal, and nobody is asked", async () => {
  const { url } = await startedWeb();
  const { status, body } = await get(
    `${url}/v1/systems/greenhouse/activations?page_size=many&since=yesterday&late=yes&sincs=1&system_id=attic`,
  );
  expect(status).toBe(400);
  expect(body).toEqual({
    code: 3,
    message: expect.stringContaining("(5 problems in all)"),
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
          { field: "page_size", description: expect.stringContaining("whole number") },
          { field: "since", description: expect.stringContaining("2026-11-23T03:00:00Z") },
          { field: "late", description: 'must be true or false, not "yes"' },
          { field: "sincs", description: "is no parameter of this request" },
          { field: "system_id", description: "is in the path already" },
        ],
      },
    ],
  });
});

test.each([
  ["NOT_FOUND", 404, 5, null],
  ["FIELDS_INVALID", 400, 3, null],
  ["CURSOR_EXPIRED", 400, 11, null],
  ["STORE_BUSY", 429, 8, "2"],
  ["STORE_AWAY", 503, 14, "2"],
] as const)("%s is %i", async (reason, http, code, retryAfter) => {
  const error = new SlimmerError(reason, "a sentence", { retryAfterMs: 1_500 });
  const { url } = await startedWeb({ reader: { get_fleet: () => Promise.reject(error) } });
  const { status, headers, body } = await get(`${url}/v1/fleet`);
  expect([status, body.code, body.message]).toEqual([http, code, "a sentence"]);
  expect(headers.get("retry-after")).toBe(retryAfter);
  expect(headers.get("cache-control")).toBe("no-store");
  const retries = body.details.filter((one: { retry_delay?: string }) => one.retry_delay);
  expect(retries).toEqual(
    retryAfter
      ? [{ "@type": "type.googleapis.com/google.rpc.RetryInfo", retry_delay: "1.500s" }]
      : [],
  );
});

test("a defect says nothing but its incident, which is in the log", async () => {
  const secret = "duplicate key (password)=(x)";
  const { url, log } = await startedWeb({
    reader: { get_fleet: () => Promise.reject(new Error(secret)) },
  });
  const { status, text, body } = await get(`${url}/v1/fleet`);
  expect(status).toBe(500);
  expect(text).not.toContain("password");
  expect(log.join("")).toContain(body.details[0].metadata.incident);
});

test("equal questions at the same time are one, and so are those of the same second", async () => {
  const work = deferred<Fleet>();
  let asked = 0;
  const { url, metrics } = await startedWeb({
    reader: {
      get_fleet() {
        asked += 1;
        return work.promise;
      },
    },
  });
  const many = Promise.all(Array.from({ length: 50 }, () => get(`${url}/v1/fleet`)));
  await eventually(async () => {
    expect(await metrics.registry.metrics()).toContain(
      'slimmer_web_answers_total{source="shared"} 49',
    );
  });
  work.resolve({ up: 3 });
  const answers = await many;
  expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
  await get(`${url}/v1/fleet`);
  expect(asked).toBe(1);
});

test("a failure is shared by those who wait for it, and kept for nobody", async () => {
  let asked = 0;
  const { url } = await startedWeb({
    reader: {
      async get_fleet() {
        asked += 1;
        if (asked === 1) throw new SlimmerError("STORE_AWAY", "gone");
        return { up: 1 };
      },
    },
  });
  expect((await get(`${url}/v1/fleet`)).status).toBe(503);
  expect((await get(`${url}/v1/fleet`)).status).toBe(200);
});

test("what has not changed is not sent again, and what is long is compressed", async () => {
  const systems = Array.from({ length: 100 }, () => greenhouse);
  const { url } = await startedWeb({ reader: { list_systems: async () => ({ systems }) } });
  const plain = await get(`${url}/v1/systems`, { "accept-encoding": "identity" });
  expect(plain.headers.get("content-encoding")).toBeNull();
  for (const encoding of ["br", "gzip"]) {
    const packed = await get(`${url}/v1/systems`, { "accept-encoding": `${encoding}, x;q=0` });
    expect(packed.headers.get("content-encoding")).toBe(encoding);
    expect(packed.headers.get("vary")).toBe("accept-encoding");
    expect(packed.text).toBe(plain.text);
  }
  const etag = plain.headers.get("etag") ?? "";
  const again = await get(`${url}/v1/systems`, { "if-none-match": `"x", ${etag}` });
  expect([again.status, again.text, again.headers.get("etag")]).toEqual([304, "", etag]);
});

test("HEAD is GET without a body", async () => {
  const { url } = await startedWeb({ reader: { get_fleet: async () => ({}) } });
  const head = await fetch(`${url}/v1/fleet`, { method: "HEAD" });
  const { text, headers } = await get(`${url}/v1/fleet`);
  expect([head.status, await head.text()]).toEqual([200, ""]);
  expect(head.headers.get("content-length")).toBe(String(Buffer.byteLength(text)));
  expect(head.headers.get("etag")).toBe(headers.get("etag"));
});

test("an unknown path of the API is 404 in JSON, also for a browser", async () => {
  const { url } = await startedWeb();
  const { status, headers, body } = await get(`${url}/v1/nothing`, { accept: "text/html" });
  expect([status, body]).toEqual([
    404,
    { code: 5, message: "there is no /v1/nothing here", details: [] },
  ]);
  expect(headers.get("content-type")).toContain("application/json");
});

test.each([
  ["POST", "/v1/systems/greenhouse", "GET, HEAD"],
  ["DELETE", "/v1/counts", "POST, GET, HEAD"],
  ["POST", "/v1/systems/greenhouse/activations", "GET, HEAD"],
  ["PUT", "/live", "GET, HEAD"],
  ["HEAD", "/v1/live", "GET"],
])("%s %s is refused, with what is allowed", async (method, path, allowed) => {
  const { url } = await startedWeb();
  const response = await fetch(url + path, { method });
  expect([response.status, response.headers.get("allow")]).toEqual([405, allowed]);
});

test.each([
  ["a path that can't be decoded", (port: number) => rawGet(port, "/v1/systems/%E0%A4%A"), 400],
  ["headers without end", (port: number) => rawGet(port, `/${"x".repeat(20_000)}`), 431],
  ["what is no HTTP", (port: number) => answerToBytes(port, "hello\r\n\r\n"), 400],
] as const)("%s gets an answer, and the same protection", async (_what, send, code) => {
  const { port } = await startedWeb();
  const answer = await send(port);
  expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${code} `));
  expect(answer).toContain("content-security-policy: default-src 'none'");
  expect(JSON.parse(answer.split("\r\n\r\n")[1] ?? "").code).toBe(3);
});

test.each([
  ["a path that is not there", "/v1/nothing", "application/json", 404],
  ["a path that only reads", "/v1/fleet", "application/x-www-form-urlencoded", 405],
  ["a body of another kind", "/v1/counts", "text/plain", 415],
])("%s is refused once all of the request has come", async (_what, path, type, code) => {
  const { port, url } = await startedWeb();
  const headers = { "content-type": type, "content-length": 2 };
  const asked = request({ host: "127.0.0.1", port, path, method: "POST", headers });
  const answered = deferred<IncomingMessage>();
  asked.once("response", answered.resolve).once("error", answered.reject);
  let isAnswered = false;
  void answered.promise.then(() => {
    isAnswered = true;
  });
  asked.write("{");
  for (const _ of [1, 2]) await get(`${url}/v1/nothing`);
  expect(isAnswered).toBe(false);
  asked.end("}");
  const answer = await answered.promise;
  answer.resume();
  expect(answer.statusCode).toBe(code);
});

test("a body without an end is not waited for", async () => {
  const { port } = await startedWeb();
  const asked = request({ host: "127.0.0.1", port, path: "/v1/nothing", method: "POST" });
  const answered = deferred<IncomingMessage>();
  asked.once("response", answered.resolve).once("error", answered.reject);
  asked.write("x".repeat(600_000));
  expect((await answered.promise).statusCode).toBe(404);
  asked.destroy();
});

test("a body that is too long is refused, and not waited for", async () => {
  const { url, port } = await startedWeb();
  const body = JSON.stringify({ system_id: "x".repeat(600_000) });
  const headers = { "content-type": "application/json" };
  const response = await fetch(`${url}/v1/counts`, { method: "POST", body, headers });
  expect(response.status).toBe(413);
  const announced =
    "POST /v1/counts HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 600000\r\n\r\n";
  expect(await answerToBytes(port, announced)).toMatch(/^HTTP\/1.1 413 /);
});

test("requests are counted by the template of their route", async () => {
  const { url, metrics } = await startedWeb({ reader: { get_system: async () => greenhouse } });
  for (const name of ["a", "b"]) await get(`${url}/v1/systems/${name}`);
  await get(`${url}/v1/${"secret"}`);
  await eventually(async () => {
    const text = await metrics.registry.metrics();
    expect(text).toContain(
      'slimmer_web_requests_total{route="/v1/systems/:system_id",method="GET",code="200"} 2',
    );
    expect(text).toContain('slimmer_web_requests_total{route="other",method="GET",code="404"} 1');
    expect(text).not.toContain("secret");
  });
});
