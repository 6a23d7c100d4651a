import { once } from "node:events";
import { request as httpRequest, type IncomingMessage } from "node:http";
import type { StoredActivation, WatchActivationsRequestOutput } from "slimmer-grpc";
import { expect, onTestFinished, test } from "vitest";
import { SlimmerError } from "../../src/domain/errors.ts";
import { deferred } from "../../src/kit/deferred.ts";
import type { LiveEvent } from "../../src/reading/feed/feed.ts";
import { eventually } from "../support/eventually.ts";
import { jsonOf, type StartedWeb, startedWeb } from "./started-web.ts";

const serverTime = { seconds: 1_795_000_000, nanos: 0 };
const TIME = "2026-11-18T11:06:40Z";

function news(seq: number, more: Partial<StoredActivation> = {}): LiveEvent {
  return {
    kind: "activations",
    activations: [{ system_id: "greenhouse", seq, ...more }],
    total: 3,
    skipped: 2,
    cursor: `c${seq}`,
    caughtUp: true,
    serverTime,
  };
}

const heartbeat: LiveEvent = { kind: "heartbeat", cursor: "c0", serverTime };

/** A feed that says these, and then waits until nobody listens any more. */
function says(...events: LiveEvent[]) {
  const asked: WatchActivationsRequestOutput[] = [];
  const taken: LiveEvent[] = [];
  const left = deferred<void>();
  const feed = {
    async *live(request: WatchActivationsRequestOutput, signal: AbortSignal) {
      asked.push(request);
      try {
        for (const event of events) {
          taken.push(event);
          yield event;
        }
        if (!signal.aborted) await once(signal, "abort");
      } finally {
        left.resolve();
      }
    },
  };
  return { feed, asked, taken, left: left.promise };
}

/** A connection of its own: what it has received so far, and its end. */
async function follow({ port }: StartedWeb, path = "/v1/live", headers = {}) {
  const request = httpRequest({ port, host: "127.0.0.1", path, headers, agent: false });
  request.end();
  const [response] = (await once(request, "response")) as [IncomingMessage];
  let text = "";
  response.setEncoding("utf8").on("data", (chunk: string) => {
    text += chunk;
  });
  const ended = new Promise<"clean" | "broken">((resolve) => {
    response.once("end", () => resolve("clean")).once("error", () => resolve("broken"));
  });
  onTestFinished(() => void request.destroy());
  return { response, text: () => text, ended, leave: () => request.destroy() };
}

test("events come as they are said, in the form of server-sent events", async () => {
  const { feed, asked } = says(heartbeat, news(1), news(2));
  const web = await startedWeb({ feed });
  const page = await follow(web, "/v1/live?system_id=greenhouse&recent=5&late=true");
  await eventually(() => expect(page.text()).toContain("id: c2\n"));
  const empty = `"run_id":"","activation_id":""`;
  const rest = `"attributes":{},"unregistered":false,"clock_suspect":false,"late":false`;
  const event = (seq: number) =>
    `event: activations\nid: c${seq}\ndata: {"activations":[{"system_id":"greenhouse",${empty},"seq":"${seq}",${rest}}],"skipped":2,"total":3,"caught_up":true,"server_time":"${TIME}"}\n\n`;
  expect(page.text()).toBe(
    `retry: 1000\n\nevent: heartbeat\nid: c0\ndata: {"server_time":"${TIME}"}\n\n${event(1)}${event(2)}`,
  );
  expect(asked).toMatchObject([{ system_id: "greenhouse", recent: 5, late: true, cursor: "" }]);
  expect(page.response.headers).toMatchObject({
    "content-type": "text/event-stream; charset=utf-8",
    "cache-control": "no-store",
    "x-accel-buffering": "no",
    "x-content-type-options": "nosniff",
  });
  expect(page.response.headers["content-encoding"]).toBeUndefined();
});

test("a page goes on after its last event; the header wins over the parameter", async () => {
  const { feed, asked } = says(heartbeat);
  const web = await startedWeb({ feed });
  await follow(web, "/v1/live?cursor=old", { "last-event-id": "newer" });
  await follow(web, "/v1/live?cursor=old");
  expect(asked.map(({ cursor }) => cursor)).toEqual(["newer", "old"]);
});

test("a cursor that is too old is an event, and the end", async () => {
  async function* live(): AsyncGenerator<LiveEvent> {
    yield { kind: "expired", message: "begin anew" };
  }
  const page = await follow(await startedWeb({ feed: { live } }));
  expect(await page.ended).toBe("clean");
  expect(page.text()).toContain('event: expired\ndata: {"message":"begin anew"}\n\n');
});

test("a request that is wrong, or comes while the database is away, is refused as any other", async () => {
  // biome-ignore lint/correctness/useYield: it fails before its first event
  async function* live(): AsyncGenerator<LiveEvent> {
    throw new SlimmerError("STORE_AWAY", "gone");
  }
  const { url } = await startedWeb({ feed: { live } });
  const away = await fetch(`${url}/v1/live`);
  expect([away.status, away.headers.get("retry-after")]).toEqual([503, "1"]);
  const wrong = await fetch(`${url}/v1/live?recent=all&colour=red`);
  expect(wrong.status).toBe(400);
  const [, { field_violations }] = (await jsonOf(wrong)).details;
  expect(field_violations.map(({ field }: { field: string }) => field)).toEqual([
    "recent",
    "colour",
  ]);
});

test("a feed that fails on the way breaks the connection, so that the page comes back", async () => {
  const gate = deferred<void>();
  async function* live(): AsyncGenerator<LiveEvent> {
    yield heartbeat;
    await gate.promise;
    throw new Error("a defect");
  }
  const web = await startedWeb({ feed: { live } });
  const page = await follow(web);
  gate.resolve();
  expect(await page.ended).toBe("broken");
  expect(web.log.join("")).toContain("a live connection ended early");
});

test("when the page leaves, the feed is left", async () => {
  const { feed, left } = says(heartbeat);
  const web = await startedWeb({ feed });
  const page = await follow(web);
  await eventually(async () => expect(await liveConnections(web)).toBe(1));
  page.leave();
  await left;
  await eventually(async () => expect(await liveConnections(web)).toBe(0));
});

test("at the end of the process every stream ends as it should", async () => {
  const { feed } = says(heartbeat);
  const web = await startedWeb({ feed });
  const pages = await Promise.all([follow(web), follow(web)]);
  await web.close();
  expect(await Promise.all(pages.map(({ ended }) => ended))).toEqual(["clean", "clean"]);
});

test("beyond the bound a page is asked to come back later", async () => {
  const { feed } = says(heartbeat);
  const web = await startedWeb({ feed, bounds: { maxLive: 1 } });
  const first = await follow(web);
  const second = await fetch(`${web.url}/v1/live`);
  expect([second.status, second.headers.get("retry-after")]).toEqual([503, "5"]);
  expect((await jsonOf(second)).details[0].reason).toBe("PROCESS_FULL");
  first.leave();
  await eventually(async () => expect(await liveConnections(web)).toBe(0));
  await follow(web);
});

test("a page that does not read is not read ahead for, and is dropped in the end", async () => {
  const large = Array.from({ length: 200 }, (_, index) => news(index, { run_id: "x".repeat(1e6) }));
  const { feed, taken, left } = says(heartbeat, ...large);
  const web = await startedWeb({ feed, bounds: { stalledMs: 500 } });
  const request = httpRequest({ port: web.port, host: "127.0.0.1", path: "/v1/live" });
  onTestFinished(() => void request.destroy());
  request.on("error", () => {});
  // Nobody reads what comes.
  request.on("response", (response) => response.on("error", () => {}).pause());
  request.end();
  await left;
  expect(taken.length).toBeLessThan(30);
});

test("where many live feeds are open, pages are told to ask less often", async () => {
  const { feed } = says(heartbeat);
  const web = await startedWeb({ feed, reader: { get_fleet: async () => ({}) } });
  const pace = async () => (await fetch(`${web.url}/v1/fleet`)).headers.get("slimmer-pace");
  const pages = await Promise.all(Array.from({ length: 99 }, () => follow(web)));
  expect(await pace()).toBe("1");
  pages.push(await follow(web));
  expect(await pace()).toBe("2");
  for (const page of pages) page.leave();
  await eventually(async () => expect(await pace()).toBe("1"));
});

async function liveConnections({ metrics }: StartedWeb): Promise<number | undefined> {
  const { values } = await metrics.webLive.get();
  return values[0]?.value;
}
