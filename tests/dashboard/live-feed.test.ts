import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { connection } from "../../src/dashboard/live/connection.ts";
import { openFeed } from "../../src/dashboard/live/live-feed.ts";

const MINUTE = 60_000;

/** An event source that does what the test says. */
class Source extends EventTarget {
  static readonly CLOSED = 2;
  static opened: Source[] = [];
  readyState = 0;
  readonly url: string;
  constructor(url: string) {
    super();
    this.url = url;
    Source.opened.push(this);
  }
  hear(type: string, init: MessageEventInit = {}): void {
    this.dispatchEvent(new MessageEvent(type, init));
  }
  /** As after an HTTP error: the browser does not try again. */
  giveUp(): void {
    this.close();
    this.dispatchEvent(new Event("error"));
  }
  close(): void {
    this.readyState = Source.CLOSED;
  }
}

const latest = () => Source.opened.at(-1) as Source;
const answer = (status: number, body: unknown = {}) =>
  vi.stubGlobal(
    "fetch",
    vi.fn(async () => new Response(JSON.stringify(body), { status })),
  );
const onRestart = vi.fn();
let stop = () => {};
const open = (path = "/v1/live?recent=200") => {
  stop = openFeed(path, { onBatch: () => {}, onRestart });
};

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal("EventSource", Source);
  vi.stubGlobal("location", { href: "http://slimmer.test/live" });
  Source.opened = [];
  onRestart.mockReset();
});
afterEach(() => {
  stop();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

test("a feed that falls silent is lost since it was last heard, and asked for anew", async () => {
  open();
  latest().hear("heartbeat", { lastEventId: "c1" });
  const heardAt = Date.now();
  await vi.advanceTimersByTimeAsync(MINUTE);
  expect(connection.value).toEqual({ state: "lost", since: heardAt });
  expect(latest().url).toBe("/v1/live?cursor=c1");
});

test("a feed that the server refuses is not asked for again, and says why", async () => {
  answer(404, { code: 5, message: 'there is no system "quay"' });
  open("/v1/live?system_id=quay");
  latest().giveUp();
  await vi.advanceTimersByTimeAsync(10 * MINUTE);
  expect(Source.opened).toHaveLength(1);
  expect(connection.value).toMatchObject({
    state: "refused",
    problem: { message: 'there is no system "quay"', status: 404 },
  });
});

test("a server that is away, or full, is tried again", async () => {
  for (const status of [503, 429]) {
    answer(status);
    open();
    latest().giveUp();
    const before = Source.opened.length;
    await vi.advanceTimersByTimeAsync(MINUTE);
    expect(Source.opened.length).toBeGreaterThan(before);
    expect(connection.value.state).toBe("lost");
    stop();
  }
});

test("a place in the feed that is known no more makes it begin anew", async () => {
  open();
  latest().hear("heartbeat", { lastEventId: "c1" });
  latest().hear("expired");
  expect(latest().url).toBe("/v1/live?recent=200");
  latest().hear("heartbeat", { lastEventId: "c2" });
  answer(400, { code: 3, message: "cursor: must be one that watch_activations has given out" });
  latest().giveUp();
  await vi.advanceTimersByTimeAsync(0);
  expect(latest().url).toBe("/v1/live?recent=200");
  expect(onRestart).toHaveBeenCalledTimes(2);
});

test("the look at why a feed does not open leaves none open", async () => {
  answer(200);
  open();
  latest().giveUp();
  await vi.advanceTimersByTimeAsync(0);
  const [, { signal }] = vi.mocked(fetch).mock.calls[0] as [string, RequestInit];
  expect(signal?.aborted).toBe(true);
});
