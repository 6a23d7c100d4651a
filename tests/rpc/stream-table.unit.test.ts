import { connect, createServer, type ServerHttp2Session } from "node:http2";
import type { AddressInfo } from "node:net";
import { array, assert, integer, property, record } from "fast-check";
import { describe, expect, onTestFinished, test } from "vitest";
import { keepStreamsInTable, StreamTable } from "../../src/rpc/stream-table.ts";
import { collectAll, collectYoung, oldBytes } from "../support/old-generation.ts";

const named = (id: number) => ({ id });

test("has what a Map of the same streams has, whatever came and went", () => {
  const change = record({ id: integer({ min: 0, max: 300 }), isGone: integer({ min: 0, max: 2 }) });
  assert(
    property(array(change, { maxLength: 1_000, size: "max" }), (changes) => {
      const table = new StreamTable<{ id: number }>();
      const map = new Map<number, { id: number }>();
      for (const { id, isGone } of changes) {
        if (isGone === 0) expect(table.delete(id)).toBe(map.delete(id));
        else {
          const stream = named(id);
          table.set(id, stream);
          map.set(id, stream);
        }
      }
      expect(table.size).toBe(map.size);
      for (let id = 0; id <= 300; id += 1) expect(table.get(id)).toBe(map.get(id));
      const seen = new Map<number, object>();
      table.forEach((stream, id) => void seen.set(id, stream));
      expect(seen).toEqual(map);
    }),
    { numRuns: 50 },
  );
});

test("tells of each stream once where they end while it tells", () => {
  const table = new StreamTable<{ id: number }>();
  for (let id = 1; id < 400; id += 2) table.set(id, named(id));
  const seen: number[] = [];
  table.forEach((_, id) => {
    seen.push(id);
    table.delete(id);
  });
  expect(seen.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 200 }, (_, n) => 2 * n + 1));
  expect(table.size).toBe(0);
});

/** A server on node:http2 as it is, whose connections have the table. */
async function serverWithTable(): Promise<{ url: string; session: Promise<ServerHttp2Session> }> {
  const server = createServer((request, response) => {
    if (request.url === "/never") return;
    request.resume();
    request.on("end", () => response.end("done"));
  });
  const session = new Promise<ServerHttp2Session>((resolve) => {
    server.on("session", (fresh) => {
      expect(keepStreamsInTable(fresh)).toBe(true);
      resolve(fresh);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, session };
}

test("this Node keeps its streams where the table can take their place, and serves calls with it", async () => {
  const { url } = await serverWithTable();
  const client = connect(url);
  onTestFinished(() => client.destroy());
  const answers = Array.from({ length: 300 }, async () => {
    const stream = client.request({ ":method": "POST" });
    stream.end("words");
    let text = "";
    for await (const chunk of stream) text += chunk;
    return text;
  });
  expect(new Set(await Promise.all(answers))).toEqual(new Set(["done"]));
});

test("a connection that is destroyed takes the streams along that are open", async () => {
  const { url, session } = await serverWithTable();
  const client = connect(url);
  client.on("error", () => {});
  onTestFinished(() => client.destroy());
  const opened = new Promise((resolve) => session.then((it) => it.once("stream", resolve)));
  const stream = client.request({ ":path": "/never" });
  stream.on("error", () => {});
  const closed = new Promise((resolve) => stream.once("close", resolve));
  const served = (await opened) as { destroyed: boolean; once(e: "close", l: () => void): void };
  const ended = new Promise<void>((resolve) => served.once("close", resolve));
  (await session).destroy();
  await Promise.all([closed, ended]);
  expect(served.destroyed).toBe(true);
});

test("a connection of another make is left alone", () => {
  expect(keepStreamsInTable({} as ServerHttp2Session)).toBe(false);
  for (const streams of [new Map([[1, {}]]), new Set(), { size: 0 }, undefined]) {
    const state = { streams };
    const other = { [Symbol("state")]: state } as unknown as ServerHttp2Session;
    expect(keepStreamsInTable(other)).toBe(false);
    expect(state.streams).toBe(streams);
  }
});

describe("a stream that has gone", () => {
  /** Streams come and go as on a busy connection; gives the bytes of those that grew old. */
  function grownOld(table: {
    set(id: number, stream: object): unknown;
    delete(id: number): unknown;
  }): number {
    collectAll();
    const before = oldBytes();
    for (let id = 1; id < 40_000; id += 2) {
      table.set(id, { payload: new Array(60).fill(id) });
      table.delete(id - 50);
      if (id % 1_000 === 1) collectYoung();
    }
    return oldBytes() - before;
  }

  test("does not grow old, as it does in a Map", () => {
    const inMap = grownOld(new Map());
    expect(inMap).toBeGreaterThan(4_000_000);
    expect(grownOld(new StreamTable())).toBeLessThan(inMap / 4);
  });
});
