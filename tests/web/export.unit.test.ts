import { once } from "node:events";
import { request as httpRequest, type IncomingMessage } from "node:http";
import type { ExportActivationsRequestOutput, ExportActivationsResponse } from "slimmer-grpc";
import { expect, onTestFinished, test } from "vitest";
import { SlimmerError } from "../../src/domain/errors.ts";
import { deferred } from "../../src/kit/deferred.ts";
import { eventually } from "../support/eventually.ts";
import { jsonOf, startedWeb } from "./started-web.ts";

type Piece = ExportActivationsResponse;
const HEAD = "system_id,shown_at\r\n";

test("a file comes whole, with a name that says what it is", async () => {
  const asked: ExportActivationsRequestOutput[] = [];
  const { url } = await startedWeb({
    async *exportActivations(request): AsyncGenerator<Piece> {
      asked.push(request);
      yield { data: Buffer.from(HEAD), rows: 0 };
      yield { data: Buffer.alloc(0), rows: 0 };
      yield { data: Buffer.from("greenhouse,now\r\n".repeat(1_000)), rows: 1_000 };
    },
  });
  for (const encoding of ["identity", "gzip", "br, gzip"]) {
    const response = await fetch(`${url}/v1/activations.csv?system_id=green%2Fhouse&late=true`, {
      headers: { "accept-encoding": encoding },
    });
    expect(response.headers.get("content-encoding")).toBe(encoding === "identity" ? null : "gzip");
    expect(response.headers.get("content-type")).toBe("text/csv; charset=utf-8; header=present");
    expect(response.headers.get("content-disposition")).toMatch(
      /^attachment; filename="slimmer-green_house-\d{8}T\d{6}Z\.csv"$/,
    );
    expect(response.headers.get("cache-control")).toBe("no-store");
    expect(response.headers.get("content-security-policy")).toContain("default-src 'none'");
    expect(await response.text()).toBe(HEAD + "greenhouse,now\r\n".repeat(1_000));
  }
  await (await fetch(`${url}/v1/activations.ndjson`)).text();
  expect(asked.map(({ format }) => format)).toEqual(["CSV", "CSV", "CSV", "NDJSON"]);
  expect(asked[0]).toMatchObject({ system_id: "green/house", late: true });
});

test("what is wrong is refused before the file begins", async () => {
  const { url } = await startedWeb({
    // biome-ignore lint/correctness/useYield: it fails before its first piece
    async *exportActivations(): AsyncGenerator<Piece> {
      throw new SlimmerError("FIELDS_INVALID", "no", {
        fields: [{ field: "run_id", problem: "needs system_id" }],
      });
    },
  });
  const late = await fetch(`${url}/v1/activations.csv?run_id=x`);
  expect([late.status, late.headers.get("content-disposition")]).toEqual([400, null]);
  const early = await fetch(`${url}/v1/activations.csv?format=NDJSON&since=now`);
  const [, { field_violations }] = (await jsonOf(early)).details;
  expect(field_violations.map(({ field }: { field: string }) => field)).toEqual([
    "since",
    "format",
  ]);
});

test.each(["identity", "gzip"])(
  "what fails on the way breaks the connection (%s)",
  async (encoding) => {
    const { url, log } = await startedWeb({
      async *exportActivations(): AsyncGenerator<Piece> {
        yield { data: Buffer.from(HEAD), rows: 0 };
        throw new SlimmerError("STORE_AWAY", "gone");
      },
    });
    const read = fetch(`${url}/v1/activations.csv`, {
      headers: { "accept-encoding": encoding },
    }).then((response) => response.text());
    await expect(read).rejects.toThrow();
    expect(log.join("")).toContain("an export ended early");
  },
);

test("a client that leaves ends the reading, and one that is slow slows it", async () => {
  let pieces = 0;
  const left = deferred<void>();
  const { port } = await startedWeb({
    async *exportActivations(_request, signal): AsyncGenerator<Piece> {
      try {
        while (!signal.aborted) {
          pieces += 1;
          yield { data: Buffer.alloc(65_536, "x"), rows: pieces };
        }
      } finally {
        left.resolve();
      }
    },
  });
  const request = httpRequest({ port, host: "127.0.0.1", path: "/v1/activations.ndjson" });
  request.on("error", () => {});
  onTestFinished(() => void request.destroy());
  request.end();
  const [response] = (await once(request, "response")) as [IncomingMessage];
  response.on("error", () => {}).pause();
  let before = -1;
  await eventually(() => {
    const now = pieces;
    const isStill = now === before;
    before = now;
    expect(isStill).toBe(true);
  });
  expect(pieces).toBeLessThan(500);
  request.destroy();
  await left;
});

test("a search for rows may take its time, a reader that takes none may not", async () => {
  const gate = deferred<void>();
  const dropped = deferred<void>();
  const { url, port } = await startedWeb({
    bounds: { stalledMs: 200 },
    async *exportActivations({ late }, signal): AsyncGenerator<Piece> {
      if (late) {
        yield { data: Buffer.alloc(0), rows: 0 };
        await gate.promise;
        yield { data: Buffer.from("found at last"), rows: 1 };
        return;
      }
      try {
        while (!signal.aborted) yield { data: Buffer.alloc(65_536, "x"), rows: 1 };
      } finally {
        dropped.resolve();
      }
    },
  });
  // The answer begins before there is a row.
  const search = await fetch(`${url}/v1/activations.ndjson?late=true`);
  expect(search.status).toBe(200);
  const request = httpRequest({ port, host: "127.0.0.1", path: "/v1/activations.ndjson" });
  onTestFinished(() => void request.destroy());
  // Nobody reads what comes.
  request
    .on("error", () => {})
    .on("response", (response) => response.on("error", () => {}).pause());
  request.end();
  // It began later, so by then the search has been still for longer than a reader may.
  await dropped.promise;
  gate.resolve();
  expect(await search.text()).toBe("found at last");
});

test("beyond the bound an export is asked to come back later", async () => {
  const gate = deferred<void>();
  const { url } = await startedWeb({
    bounds: { maxExports: 1 },
    async *exportActivations(): AsyncGenerator<Piece> {
      yield { data: Buffer.from(HEAD), rows: 0 };
      await gate.promise;
    },
  });
  const first = await fetch(`${url}/v1/activations.csv`);
  const second = await fetch(`${url}/v1/activations.csv`);
  expect([second.status, (await jsonOf(second)).details[0].reason]).toEqual([503, "PROCESS_FULL"]);
  gate.resolve();
  expect(await first.text()).toBe(HEAD);
  await eventually(async () => {
    const third = await fetch(`${url}/v1/activations.csv`);
    await third.text();
    expect(third.status).toBe(200);
  });
});

test("the end of the process breaks an export, however its source takes it", async () => {
  const web = await startedWeb({
    async *exportActivations(_request, signal): AsyncGenerator<Piece> {
      yield { data: Buffer.from(HEAD), rows: 0 };
      await once(signal, "abort");
    },
  });
  const response = await fetch(`${web.url}/v1/activations.csv`);
  const read = response.text();
  read.catch(() => {});
  await web.close();
  await expect(read).rejects.toThrow();
});

/** A source that first waits until it is told to stop, and then says nothing, or fails; later it has a file. */
function waiting(fails: boolean) {
  const isAsked = deferred<void>();
  let asked = 0;
  return {
    isAsked: isAsked.promise,
    async *exportActivations(_request: unknown, signal: AbortSignal): AsyncGenerator<Piece> {
      asked += 1;
      if (asked > 1) return yield { data: Buffer.from(HEAD), rows: 0 };
      isAsked.resolve();
      await once(signal, "abort");
      if (fails) throw new Error("the question was broken off");
    },
  };
}

test.each([false, true])(
  "the end of the process refuses an export that has not begun (its source fails: %s)",
  async (fails) => {
    const { isAsked, exportActivations } = waiting(fails);
    const web = await startedWeb({ exportActivations });
    const asked = fetch(`${web.url}/v1/activations.csv`);
    await isAsked;
    await web.close();
    const answer = await asked;
    expect([answer.status, answer.headers.get("retry-after")]).toEqual([503, "1"]);
    expect((await jsonOf(answer)).details[0].reason).toBe("SHUTTING_DOWN");
    expect(web.log).toEqual([]);
  },
);

test.each([false, true])(
  "a client that leaves before its export has begun is no defect (its source fails: %s)",
  async (fails) => {
    const { isAsked, exportActivations } = waiting(fails);
    const { url, port, log } = await startedWeb({ exportActivations, bounds: { maxExports: 1 } });
    const request = httpRequest({ port, host: "127.0.0.1", path: "/v1/activations.csv" });
    request.on("error", () => {}).end();
    await isAsked;
    request.destroy();
    // There is room for another one once this one is over.
    await eventually(async () => {
      const next = await fetch(`${url}/v1/activations.csv`);
      await next.text();
      expect(next.status).toBe(200);
    });
    expect(log).toEqual([]);
  },
);
