import { Agent, createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { Server, ServerCredentials, type ServerWritableStream } from "@grpc/grpc-js";
import { ReaderService } from "slimmer-grpc";
import { describe, expect, onTestFinished, test } from "vitest";
import { countActivations } from "../../bench/onlookers/count-activations.ts";
import { lackOf, pagesGiven } from "../../bench/onlookers/lack.ts";
import { createLiveEvents } from "../../bench/onlookers/live-events.ts";
import { type OpenPage, openPage } from "../../bench/onlookers/open-page.ts";
import type { Given, GivenPage } from "../../bench/onlookers/protocol.ts";
import { openWatcher } from "../../bench/onlookers/watcher.ts";
import { fleetScreen, liveScreen, systemScreen } from "../../bench/screens/screens.ts";
import { eventually } from "../support/eventually.ts";

describe("what a watcher was given", () => {
  test.each([0, 1, 300])("a message with %i activations counts as so many", (count) => {
    const activations = Array.from({ length: count }, (_, number) => ({
      system_id: "greenhouse",
      entity: { category: "door", name: "front", identity: "x".repeat(number) },
      seq: number,
      attributes: { battery: "87 %" },
    }));
    const message = ReaderService.watch_activations.responseSerialize({
      activations,
      cursor: "c1",
      server_time: { seconds: 1_795_000_000, nanos: 5 },
      caught_up: true,
    });
    expect(countActivations(message)).toBe(count);
  });

  test("a watch that ends is a problem", async () => {
    const server = new Server();
    let end = () => {};
    server.addService(ReaderService, {
      watch_activations(call: ServerWritableStream<object, object>) {
        call.write({ activations: [{ seq: 1 }], cursor: "c1" });
        end = () => call.end();
      },
    });
    onTestFinished(() => server.forceShutdown());
    const port = await new Promise<number>((resolve, reject) =>
      server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, bound) =>
        error ? reject(error) : resolve(bound),
      ),
    );
    const problems: string[] = [];
    const filter = { system_id: "attic", name: "hall 1*" };
    const watched = await openWatcher(`127.0.0.1:${port}`, filter, (problem) =>
      problems.push(problem),
    );
    expect(watched).toEqual({ activations: 1, bytes: expect.any(Number) });
    expect(problems).toEqual([]);
    end();
    await eventually(() => expect(problems).toEqual(["the watch of hall 1* of attic ended"]));
  });
});

describe("what a live feed told", () => {
  const event = (total: number, skipped: number) =>
    `event: activations\nid: c\ndata: {"activations":[],"skipped":${skipped},"total":${total},"caught_up":true}\n\n`;
  const text = `HTTP/1.1 200 OK\r\n\r\n1f\r\nretry: 1000\n\n\r\n20\r\nevent: heartbeat\nid: c0\ndata: {}\n\n\r\n99\r\n${event(3, 1)}\r\n99\r\n${event(1_200, 1_000)}`;

  test.each([1, 7, text.length])("is counted where it comes in pieces of %i", (length) => {
    const feed = createLiveEvents(() => expect.unreachable("nothing expired"));
    for (let at = 0; at < text.length; at += length) feed.take(text.slice(at, at + length));
    expect(feed.told).toEqual({ events: 2, activations: 1_203 });
  });

  test("an expired cursor is told", () => {
    let expired = 0;
    const feed = createLiveEvents(() => {
      expired += 1;
    });
    feed.take('event: expired\ndata: {"message":"begin anew"}\n\n');
    expect(expired).toBe(1);
  });
});

describe("an open page", () => {
  test("asks what the dashboard asks, and follows the tokens of its lists", async () => {
    const asked: string[] = [];
    const { page, problems } = await opened(systemScreen("attic"), (request, response) => {
      const { pathname, searchParams } = new URL(request.url ?? "", "http://localhost");
      asked.push(`${request.method} ${pathname} ${searchParams.get("page_size") ?? ""}`.trim());
      if (pathname === "/v1/live") return void response.write("retry: 1000\n\n");
      const isRest = searchParams.get("page_token") === "rest";
      const entity = { category: "door", name: isRest ? "back" : "front", identity: "1" };
      response.end(
        JSON.stringify({ sensors: [{ entity }], next_page_token: isRest ? "" : "rest" }),
      );
    });
    expect(asked.toSorted()).toEqual([
      "GET /v1/fleet",
      "GET /v1/live",
      "GET /v1/systems/attic",
      "GET /v1/systems/attic/runs 24",
      "GET /v1/systems/attic/sensors 199",
      "GET /v1/systems/attic/sensors 200",
      "POST /v1/counts",
    ]);
    expect(page.answers).toBe(5);
    expect(problems).toEqual([]);
  });

  test("says so when its feed is closed", async () => {
    const { problems, closeAll } = await opened(liveScreen(), (request, response) => {
      if (request.url?.startsWith("/v1/live")) response.write("retry: 1000\n\n");
      else response.end("{}");
    });
    closeAll();
    await eventually(() => expect(problems).toEqual([expect.stringContaining("was closed")]));
  });

  test("does not open where it is refused", async () => {
    const opening = opened(fleetScreen(), (_, response) => {
      response.statusCode = 503;
      response.end("{}");
    });
    await expect(opening).rejects.toThrow("was answered 503");
  });
});

type Opened = { page: OpenPage; problems: string[]; closeAll(): void };

async function opened(
  screen: Parameters<typeof openPage>[1],
  listener: RequestListener,
): Promise<Opened> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const problems: string[] = [];
  const site = {
    web: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    agent: new Agent({ keepAlive: true }),
  };
  const page = await openPage(site, screen, (problem) => problems.push(problem));
  return { page, problems, closeAll: () => server.closeAllConnections() };
}

describe("what onlookers lack", () => {
  const page = (screen: GivenPage["screen"], answers: number, told?: number): GivenPage => ({
    screen,
    systemId: screen === "system" ? "attic" : undefined,
    asksPerSecond: 0.6,
    answers,
    told: told === undefined ? undefined : { events: 1, activations: told },
  });
  const given = (watched: number, ...pages: GivenPage[]): Given => ({
    problems: [],
    watched: { activations: watched, bytes: 0 },
    pages,
  });
  const before = given(10, page("fleet", 3), page("live", 1, 200), page("system", 5, 40));
  const stored = { rows: 1_001, systems: 5 };

  test("nothing, where they were given everything", () => {
    const now = given(1_011, page("fleet", 4), page("live", 2, 1_201), page("system", 6, 240));
    expect(lackOf(before, now, stored)).toBeUndefined();
    expect(pagesGiven(before, now, 10_000)).toEqual({ answers: 3, answersDue: 18, events: 0 });
  });

  test.each([
    [
      "the watchers",
      given(1_010, page("fleet", 4), page("live", 2, 1_201), page("system", 6, 240)),
      "the watchers together were given 1000 of 1001 activations",
    ],
    [
      "a live page",
      given(1_011, page("fleet", 4), page("live", 2, 1_200), page("system", 6, 240)),
      "an open page (live) was told of 1000 of 1001 activations",
    ],
    [
      "a page of a system",
      given(1_011, page("fleet", 4), page("live", 2, 1_201), page("system", 6, 239)),
      "an open page (system of attic) was told of 199 of 200 activations",
    ],
    [
      "a page that is not answered",
      given(1_011, page("fleet", 3), page("live", 2, 1_201), page("system", 6, 240)),
      "an open page (fleet) was given no answer",
    ],
  ])("%s", (_, now, sentence) => {
    expect(lackOf(before, now, stored)).toBe(sentence);
  });
});
