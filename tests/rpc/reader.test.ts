import { setImmediate } from "node:timers/promises";
import { Client, type ClientReadableStream, credentials, type ServiceError } from "@grpc/grpc-js";
import {
  ReaderService,
  type WatchActivationsRequest,
  type WatchActivationsResponseOutput,
} from "slimmer-grpc";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { SlimmerError } from "../../src/domain/errors.ts";
import type { Reader } from "../../src/reading/reader.ts";
import type { Store } from "../../src/store/open.ts";
import { Refusal, refusalOf } from "../support/caller.ts";
import { door, greenhouse } from "../support/cast.ts";
import { useDatabase } from "../support/database.ts";
import { eventually } from "../support/eventually.ts";
import { appendToFeed, runOf, storeOf, trimFeed } from "../support/feed-records.ts";
import { readerClientOf, startReadingServer } from "../support/reading-server.ts";

const databaseUrl = useDatabase();
let store: Store;
let ofDoor: { systemNo: number; runNo: number; entityNo: number };
beforeAll(async () => {
  store = storeOf(databaseUrl());
  const { systemNo, runNo, entityNo } = await runOf(
    store,
    greenhouse.systemId,
    greenhouse.entities,
  );
  ofDoor = { systemNo, runNo, entityNo: entityNo(door) };
});
afterAll(() => store.close());

const append = (count: number) =>
  appendToFeed(
    store.pool,
    Array.from({ length: count }, () => ofDoor),
  );

/** What a stream has brought so far, and how it ended. */
function follow(stream: ClientReadableStream<WatchActivationsResponseOutput>) {
  const messages: WatchActivationsResponseOutput[] = [];
  const ended = new Promise<Refusal | undefined>((resolve) => {
    stream.on("data", (message) => messages.push(message));
    stream.on("error", (error: ServiceError) => resolve(new Refusal(error)));
    stream.on("end", () => resolve(undefined));
  });
  onTestFinished(() => stream.cancel());
  return {
    messages,
    ended,
    get ids() {
      return messages.flatMap(({ activations }) => activations.map((one) => one.activation_id));
    },
    get cursor() {
      return messages.at(-1)?.cursor ?? "";
    },
    begun: () => eventually(() => expect(messages.length).toBeGreaterThan(0)),
  };
}

const watch = (address: string, request: WatchActivationsRequest = {}) =>
  follow(readerClientOf(address).watch_activations(request));

describe("a question", () => {
  const UNARY = Object.entries(ReaderService)
    .filter(([, { responseStream }]) => !responseStream)
    .map(([name]) => name as keyof Reader);

  function ask(address: string, method: keyof Reader, request: object): Promise<unknown> {
    const client = readerClientOf(address) as unknown as Record<string, unknown>;
    return new Promise((resolve, reject) => {
      const call = client[method] as (
        request: object,
        callback: (error: ServiceError | null, answer: unknown) => void,
      ) => void;
      call.call(client, request, (error, answer) =>
        error ? reject(new Refusal(error)) : resolve(answer),
      );
    });
  }

  test("is handed on by its name, with what was asked", async () => {
    const asked: [string, unknown][] = [];
    const reader = Object.fromEntries(
      UNARY.map((method) => [
        method,
        async (request: unknown) => {
          asked.push([method, request]);
          return {};
        },
      ]),
    ) as unknown as Reader;
    const { address, metrics } = await startReadingServer(store, { reader });
    for (const method of UNARY) await ask(address, method, {});
    expect(asked.map(([method]) => method)).toEqual(UNARY);
    await ask(address, "get_system", { system_id: "greenhouse" });
    expect(asked.at(-1)).toEqual(["get_system", { system_id: "greenhouse" }]);
    expect(await metrics.registry.metrics()).toContain(
      'grpc_server_handled_total{grpc_type="unary",grpc_service="slimmer_grpc.Reader",grpc_method="get_fleet",grpc_code="OK"} 1',
    );
  });

  test("is refused with a status that says why", async () => {
    const reader = {
      get_system: () =>
        Promise.reject(new SlimmerError("NOT_FOUND", 'there is no system "cellar"')),
      list_runs: () =>
        Promise.reject(
          new SlimmerError("FIELDS_INVALID", "no", { fields: [{ field: "a", problem: "b" }] }),
        ),
      get_fleet: () =>
        Promise.reject(new SlimmerError("STORE_BUSY", "busy", { retryAfterMs: 500 })),
    } as unknown as Reader;
    const { address } = await startReadingServer(store, { reader });
    expect(await refusalOf(ask(address, "get_system", {}))).toMatchObject({
      ...{ code: "NOT_FOUND", reason: "NOT_FOUND", message: 'there is no system "cellar"' },
    });
    expect(await refusalOf(ask(address, "list_runs", {}))).toMatchObject({
      ...{ code: "INVALID_ARGUMENT", fields: ["a: b"] },
    });
    expect(await refusalOf(ask(address, "get_fleet", {}))).toMatchObject({
      ...{ code: "RESOURCE_EXHAUSTED", details: { retryAfterMs: 500 } },
    });
  });

  test.each(["get_system", "watch_activations"])(
    "whose bytes are none is the caller's fault: %s",
    async (method) => {
      const { address } = await startReadingServer(store);
      const client = new Client(address, credentials.createInsecure());
      onTestFinished(() => client.close());
      const same = (bytes: Buffer) => bytes;
      const error = await new Promise<ServiceError>((resolve) => {
        const stream = client.makeServerStreamRequest(
          `/slimmer_grpc.Reader/${method}`,
          same,
          same,
          Buffer.from([0x0a, 0xff]),
        );
        stream.on("error", resolve);
        stream.on("data", () => {});
      });
      expect(new Refusal(error)).toMatchObject({
        code: "INVALID_ARGUMENT",
        reason: "MESSAGE_MALFORMED",
      });
    },
  );
});

describe("watch_activations", () => {
  test("tells that the server drains, and goes on at another one from its cursor", async () => {
    const first = await startReadingServer(store);
    const second = await startReadingServer(store);
    const one = watch(first.address);
    await one.begun();
    const ids = await append(700);
    await eventually(() => expect(one.ids).toEqual(ids));
    const closed = first.close();
    expect(await one.ended).toMatchObject({ code: "UNAVAILABLE", reason: "SHUTTING_DOWN" });
    ids.push(...(await append(3)));
    const again = watch(second.address, { cursor: one.cursor });
    await eventually(() => expect([...one.ids, ...again.ids]).toEqual(ids));
    await closed;
  });

  test("ends with its deadline, and with the client, and leaves nothing behind", async () => {
    const { address, metrics } = await startReadingServer(store);
    const client = readerClientOf(address);
    const short = follow(client.watch_activations({}, { deadline: Date.now() + 1_000 }));
    const left = client.watch_activations({});
    const leaving = follow(left);
    await Promise.all([short.begun(), leaving.begun()]);
    left.cancel();
    expect((await short.ended)?.code).toBe("DEADLINE_EXCEEDED");
    expect((await leaving.ended)?.code).toBe("CANCELLED");
    await eventually(async () =>
      expect((await metrics.feedWatchers.get()).values).toMatchObject([{ value: 0 }]),
    );
  });

  test("says what is wrong with a request, and that a cursor is too old", async () => {
    const { address } = await startReadingServer(store);
    expect(await watch(address, { cursor: "nope", recent: 2_000 }).ended).toMatchObject({
      code: "INVALID_ARGUMENT",
      fields: [expect.stringMatching(/^cursor: /), expect.stringMatching(/^recent: /)],
    });
    const one = watch(address);
    await one.begun();
    const { cursor } = one;
    await append(1);
    await append(1);
    const { rows } = await store.pool.query("select last_no from feed_state");
    await trimFeed(store.pool, rows[0].last_no - 1);
    const next = await startReadingServer(store);
    expect(await watch(next.address, { cursor }).ended).toMatchObject({
      code: "OUT_OF_RANGE",
      reason: "CURSOR_EXPIRED",
    });
  });

  test("drops a client that reads nothing, and holds up nobody else", async () => {
    const { address, metrics } = await startReadingServer(store, { unreadMs: 300 });
    const lazy = readerClientOf(address).watch_activations({});
    lazy.on("error", () => {});
    // grpc-js takes everything from the network until the first read.
    lazy.once("data", () => lazy.pause());
    const eager = watch(address);
    await eager.begun();
    const ids: string[] = [];
    const aborted = 'grpc_method="watch_activations",grpc_code="Aborted"} 1';
    await eventually(async () => {
      ids.push(...(await append(500)));
      expect(await metrics.registry.metrics()).toContain(aborted);
    });
    await eventually(() => expect(eager.ids).toEqual(ids));
    lazy.cancel();
  });

  test("sends a heartbeat in the quiet", async () => {
    const { address } = await startReadingServer(store, { feedOptions: { heartbeatMs: 30 } });
    const one = watch(address);
    await eventually(() => expect(one.messages.length).toBeGreaterThan(3));
    expect(one.messages.at(-1)).toMatchObject({ activations: [], caught_up: true });
  });
});

describe("export_activations", () => {
  test("comes in pieces, as fast as the client reads", async () => {
    let made = 0;
    async function* exportActivations() {
      for (; made < 1_000; made += 1) {
        await setImmediate();
        yield { data: Buffer.alloc(16_384, made % 256), rows: made + 1 };
      }
    }
    const { address } = await startReadingServer(store, { exportActivations });
    const stream = readerClientOf(address).export_activations({});
    let bytes = 0;
    stream.on("data", ({ data }) => {
      if (bytes === 0) stream.pause();
      bytes += data.length;
    });
    let before = -1;
    await eventually(() => {
      const isStill = made === before && made > 1;
      before = made;
      expect(isStill).toBe(true);
    });
    expect(made).toBeLessThan(200);
    stream.resume();
    await new Promise((resolve, reject) => stream.on("end", resolve).on("error", reject));
    expect(bytes).toBe(1_000 * 16_384);
  });

  test("comes in pieces that every client can take, however it is made", async () => {
    const file = Buffer.from(Array.from({ length: 9_000_000 }, (_, at) => at % 251));
    async function* exportActivations() {
      yield { data: file, rows: 7 };
    }
    const { address } = await startReadingServer(store, { exportActivations });
    const stream = readerClientOf(address).export_activations({});
    const pieces: { data: Buffer; rows: number }[] = [];
    stream.on("data", (piece) => pieces.push(piece));
    await new Promise((resolve, reject) => stream.on("end", resolve).on("error", reject));
    expect(Buffer.concat(pieces.map(({ data }) => data)).equals(file)).toBe(true);
    expect(pieces.map(({ rows }) => rows)).toEqual([...Array(137).fill(0), 7]);
    // So small that a slow client has taken it before it is called one that does not read.
    for (const { data } of pieces) expect(data.length).toBeLessThanOrEqual(65_536);
  });

  test("is ended where nobody reads it, and says that it is not the whole", async () => {
    async function* exportActivations() {
      for (;;) {
        await setImmediate();
        yield { data: Buffer.alloc(65_536), rows: 1 };
      }
    }
    const { address, metrics } = await startReadingServer(store, {
      ...{ exportActivations, unreadMs: 200 },
    });
    const stream = readerClientOf(address).export_activations({});
    const error = new Promise<ServiceError>((resolve) => {
      stream.on("error", (cause: ServiceError) => resolve(cause));
    });
    stream.on("data", () => {}).once("data", () => stream.pause());
    const aborted = 'grpc_method="export_activations",grpc_code="Aborted"} 1';
    await eventually(async () => expect(await metrics.registry.metrics()).toContain(aborted));
    stream.resume();
    expect(new Refusal(await error)).toMatchObject({
      code: "ABORTED",
      reason: "EXPORT_UNREAD",
      message: expect.stringMatching(/not the whole file/),
    });
  });

  test("is refused beyond a number of them at a time, and taken again once one has ended", async () => {
    async function* exportActivations(_request: unknown, signal: AbortSignal) {
      yield { data: Buffer.from("x"), rows: 1 };
      await new Promise((resolve) => signal.addEventListener("abort", resolve));
    }
    const { address } = await startReadingServer(store, { exportActivations, maxExports: 2 });
    const client = readerClientOf(address);
    const begin = () => {
      const stream = client.export_activations({});
      const begun = new Promise((resolve, reject) => {
        stream
          .once("data", resolve)
          .on("error", (error: ServiceError) => reject(new Refusal(error)));
      });
      onTestFinished(() => stream.cancel());
      return { stream, begun };
    };
    const open = [begin(), begin()];
    await Promise.all(open.map(({ begun }) => begun));
    await expect(begin().begun).rejects.toMatchObject({ reason: "PROCESS_FULL" });
    open[0]?.stream.cancel();
    await eventually(() => begin().begun);
  });

  test("ends with what went wrong in the middle", async () => {
    // biome-ignore lint/correctness/useYield: it fails before
    async function* exportActivations(): AsyncGenerator<never> {
      throw new SlimmerError("STORE_AWAY", "the database can't be reached; try again");
    }
    const { address } = await startReadingServer(store, { exportActivations });
    const stream = readerClientOf(address).export_activations({});
    const error = await new Promise<ServiceError>((resolve) => {
      stream.on("data", () => {}).on("error", resolve);
    });
    expect(new Refusal(error)).toMatchObject({ code: "UNAVAILABLE", reason: "STORE_AWAY" });
  });
});
