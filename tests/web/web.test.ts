import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { get as httpGet, type IncomingMessage } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pino from "pino";
import { credentials, ReaderClient, toJson } from "slimmer-grpc";
import { v7 } from "uuid";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { loadSettings } from "../../src/config/load.ts";
import { WEB_KEYS } from "../../src/config/settings.ts";
import { createLifecycle, type Lifecycle } from "../../src/kit/lifecycle.ts";
import { openWeb } from "../../src/processes/web.ts";
import { door } from "../support/cast.ts";
import { eventually } from "../support/eventually.ts";
import { isListening, useServer } from "../support/serving.ts";
import { startTcpProxy } from "../support/tcp-proxy.ts";
import { jsonOf } from "./started-web.ts";

// The whole process, beside a server, on a real database.
const serving = useServer();
let url: string;
let ops: string;
let life: Lifecycle;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "dashboard-"));
  await writeFile(join(folder, "index.html"), "<!doctype html><title>slimmer</title>");
  ({ url, ops, life } = await startWeb(serving().databaseUrl));
});
afterAll(async () => {
  await life?.close();
  await rm(folder, { recursive: true, force: true });
});

async function startWeb(databaseUrl: string, env: Record<string, string> = {}) {
  const log = pino({ level: "silent" });
  const life = createLifecycle({ log, stepMs: 10_000 });
  const settings = loadSettings(WEB_KEYS, {
    SLIMMER_DATABASE_URL: databaseUrl,
    SLIMMER_WEB_LISTEN: "127.0.0.1:0",
    SLIMMER_OPS_LISTEN: "127.0.0.1:0",
    ...env,
  });
  const addresses = await openWeb(life, settings, log, folder);
  return { url: `http://${addresses.http}`, ops: `http://${addresses.ops}`, life };
}

async function json(path: string) {
  const response = await fetch(url + path);
  return { status: response.status, body: await jsonOf(response) };
}

/** What is told over `/v1/live` from here on. */
async function follow(base: string, path = "/v1/live", headers: Record<string, string> = {}) {
  const request = httpGet(base + path, { headers, agent: false });
  onTestFinished(() => void request.destroy());
  const [response] = (await once(request, "response")) as [IncomingMessage];
  expect(response.statusCode).toBe(200);
  let text = "";
  response.setEncoding("utf8").on("data", (chunk: string) => {
    text += chunk;
  });
  const ended = new Promise<"clean" | "broken">((resolve) => {
    response.once("end", () => resolve("clean")).once("error", () => resolve("broken"));
  });
  const events = () =>
    text
      .split("\n\n")
      .filter((part) => part.startsWith("event: ") && part.includes("\ndata: "))
      .map((part) => {
        const line = (name: string) => part.match(new RegExp(`^${name}: (.*)$`, "m"))?.[1];
        return { kind: line("event"), id: line("id"), data: JSON.parse(line("data") ?? "") };
      });
  const ids = () =>
    events().flatMap(({ data }) =>
      (data.activations ?? []).map((one: { activation_id: string }) => one.activation_id),
    );
  await eventually(() => expect(events().length).toBeGreaterThan(0));
  return { events, ids, ended, leave: () => request.destroy() };
}

async function fire(run_id: string, count = 1): Promise<string[]> {
  const ids = Array.from({ length: count }, () => v7());
  const { call } = serving();
  await call.fireMany({
    system_id: "greenhouse",
    run_id,
    activations: ids.map((activation_id) => ({ activation_id, entity: door })),
  });
  return ids;
}

test("it answers what gRPC answers, as JSON", async () => {
  const { run_id } = await serving().call.run({ system_id: "greenhouse", entities: [door] });
  await fire(run_id, 3);
  const client = new ReaderClient(serving().address, credentials.createInsecure());
  onTestFinished(() => client.close());
  const system = await eventually(async () => {
    const { body } = await json("/v1/systems/greenhouse");
    expect(body.fired_count).toBe("3");
    return body;
  });
  expect(system.current_run).toMatchObject({ run_id, state: "RUNNING", registered_count: 1 });
  const overGrpc = await new Promise((resolve, reject) => {
    client.get_run({ system_id: "greenhouse", run_id }, (error, run) =>
      error ? reject(error) : resolve(JSON.parse(toJson("Run", run ?? {}))),
    );
  });
  expect((await json(`/v1/systems/greenhouse/runs/${run_id}`)).body).toEqual(overGrpc);
  expect((await json("/v1/systems/greenhouse/sensors")).body.sensors).toMatchObject([
    { entity: door, fired_count: "3", registered: true },
  ]);
  expect((await json("/v1/counts?system_id=greenhouse")).body.series[0].counts.at(-1)).toBe("3");
});

test("what is not there is 404, and what is wrong is 400", async () => {
  expect(await json("/v1/systems/nowhere")).toMatchObject({
    status: 404,
    body: { code: 5, details: [{ reason: "NOT_FOUND" }] },
  });
  expect(await json("/v1/systems?page_size=1001")).toMatchObject({
    status: 400,
    body: { code: 3, details: [{ reason: "FIELDS_INVALID" }, { field_violations: [{}] }] },
  });
});

test("a page sees activations as they are stored, in order, and goes on where it was", async () => {
  const { run_id } = await serving().call.run({ system_id: "greenhouse", entities: [door] });
  const first = await follow(url);
  expect(first.events()[0]).toMatchObject({ kind: "heartbeat" });
  const before = await fire(run_id, 5);
  await eventually(() => expect(first.ids()).toEqual(before));
  const { id = "" } = first.events().at(-1) ?? {};
  expect(first.events().at(-1)?.data).toMatchObject({
    total: 5,
    skipped: 0,
    caught_up: true,
    activations: [{ system_id: "greenhouse", run_id, entity: door }, {}, {}, {}, {}],
  });
  first.leave();
  const missed = await fire(run_id, 4);
  const second = await follow(url, "/v1/live?recent=100", { "last-event-id": id });
  const after = await fire(run_id, 2);
  await eventually(() => expect(second.ids()).toEqual([...missed, ...after]));
});

test("a cursor of another feed is told to begin anew", async () => {
  const other = await follow(url);
  const id = other.events()[0]?.id ?? "";
  await serving().db.query("update feed_state set feed_id = gen_random_uuid()");
  other.leave();
  // Once nobody is there any more, the feed is looked at anew.
  await eventually(async () => {
    const page = await follow(url, `/v1/live?cursor=${id}`);
    const [first] = page.events();
    page.leave();
    expect(first).toMatchObject({ kind: "expired", data: { message: expect.any(String) } });
  });
});

test("lists and files have the same activations, the newest first", async () => {
  const { run_id } = await serving().call.run({ system_id: "greenhouse", entities: [door] });
  const ids = await fire(run_id, 5);
  const path = `system_id=greenhouse&run_id=${run_id}`;
  const list = await json(`/v1/activations?page_size=1000&${path}`);
  const listed = list.body.activations;
  expect(listed.map((one: { activation_id: string }) => one.activation_id)).toEqual(
    ids.toReversed(),
  );
  const [newest = ""] = ids.toReversed();
  expect((await json(`/v1/systems/greenhouse/activations/${newest}`)).body).toEqual(listed[0]);
  const lines = await (await fetch(`${url}/v1/activations.ndjson?${path}`)).text();
  expect(
    lines
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line)),
  ).toEqual(listed);
  const csv = await (await fetch(`${url}/v1/activations.csv?${path}`)).text();
  expect(csv.trim().split("\r\n")).toHaveLength(6);
});

test("it is ready while its database answers, and says what it does", async () => {
  expect((await fetch(`${ops}/readyz`)).status).toBe(200);
  const metrics = await (await fetch(`${ops}/metrics`)).text();
  expect(metrics).toContain('slimmer_build_info{version="');
  expect(metrics).toContain('slimmer_web_requests_total{route="/v1/systems/:system_id"');
  expect(metrics).toContain("slimmer_web_live_connections ");
});

test("the page and the description of the API are there", async () => {
  const page = await fetch(`${url}/systems/greenhouse`, { headers: { accept: "text/html" } });
  expect(await page.text()).toContain("<title>slimmer</title>");
  expect((await json("/openapi.json")).body.openapi).toBe("3.1.0");
});

test("told to stop, it says so and answers on for the drain delay", async () => {
  const other = await startWeb(serving().databaseUrl, { SLIMMER_DRAIN_DELAY: "5s" });
  const readiness = async (base: string) => (await fetch(`${base}/readyz`)).status;
  expect(await Promise.all([other.url, other.ops].map(readiness))).toEqual([200, 200]);
  const closed = other.life.close();
  const told = await fetch(`${other.url}/readyz`);
  expect([told.status, await told.text()]).toEqual([503, "not ready:\n- shutting down\n"]);
  expect(await readiness(other.ops)).toBe(503);
  expect((await fetch(`${other.url}/v1/fleet`)).status).toBe(200);
  await closed;
  await expect(fetch(`${other.url}/v1/fleet`)).rejects.toThrow();
});

test("it closes its port without waiting for a database that hangs", async () => {
  const { db, databaseUrl } = serving();
  const connections = async () => {
    const { rows } = await db.query(
      "select pid, query_start from pg_stat_activity where datname = current_database() and application_name like 'slimmer web % pool'",
    );
    return new Map<number, Date>(rows.map(({ pid, query_start }) => [pid, query_start]));
  };
  const others = await connections();
  const proxy = await startTcpProxy(databaseUrl);
  const other = await startWeb(proxy.urlVia(databaseUrl), { SLIMMER_DATABASE_TIMEOUT: "60s" });
  const asked = async () => {
    const [last] = [...(await connections())].filter(([pid]) => !others.has(pid));
    return last?.[1].getTime() ?? 0;
  };
  proxy.hold(true);
  const before = await asked();
  await eventually(async () => expect(await asked()).toBeGreaterThan(before));

  const closed = other.life.close();
  const address = other.url.replace("http://", "");
  await eventually(async () => expect(await isListening(address)).toBe(false), {
    timeoutMs: 5_000,
  });
  proxy.hold(false);
  await closed;
  await proxy.close();
});

test("it stops within its time while pages are open, and they may come back", async () => {
  const other = await startWeb(serving().databaseUrl);
  const pages = await Promise.all([follow(other.url), follow(other.url)]);
  await other.life.close();
  expect(await Promise.all(pages.map(({ ended }) => ended))).toEqual(["clean", "clean"]);
  await expect(fetch(`${other.url}/v1/fleet`)).rejects.toThrow();
});
