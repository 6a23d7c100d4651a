import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { BenchResults } from "../../bench/results.ts";
import { findEnvoy, requireEnvoyVersion } from "../../src/edge/envoy.ts";
import { childEnv } from "../support/server-process.ts";

const run = promisify(execFile);
const root = fileURLToPath(new URL("../..", import.meta.url));

let folder: string;
let printed: string;
let results: BenchResults;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "bench-results-"));
  const json = join(folder, "latest.json");
  const node = (...args: string[]) =>
    run(process.execPath, args, { cwd: root, env: childEnv({}), maxBuffer: 16 << 20 });
  await node("node_modules/typescript/bin/tsc", "-p", "bench");
  const { stdout } = await node(
    ...[
      "bench/dist/main.js",
      "--rounds",
      "1",
      "--seconds",
      "0.3",
      "--backlog",
      "3000",
      "--history",
      "20000",
      "--json",
      json,
    ],
  );
  printed = stdout;
  results = JSON.parse(readFileSync(json, "utf8"));
}, 300_000);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function findsNewEnvoy(): Promise<boolean> {
  const binary = await findEnvoy(process.env.PATH ?? "");
  if (!binary) return false;
  return await requireEnvoyVersion(binary).then(
    () => true,
    () => false,
  );
}

const throughEnvoy = ["new_activation", "new_activations", "stream_activations"].map((method) => [
  6,
  `${method} through Envoy`,
  `${method} direct`,
]);

describe("npm run bench, in its short form", () => {
  test("measures every row and its reference", async () => {
    const hasEnvoy = await findsNewEnvoy();
    expect(
      results.rates.map(({ row, measured, reference }) => [
        row,
        measured.name,
        reference.name.split(",")[0],
      ]),
    ).toEqual([
      [1, "new_activation", "ping"],
      [2, "new_activation", "insert per call"],
      [3, "new_activations", "COPY"],
      [3, "stream_activations", "COPY"],
      [4, "stream_activations", "stream of single activations"],
      ...(hasEnvoy ? throughEnvoy : []),
      [8, "slimmer-client", "new_activations"],
      [10, "new_activation, 50 watchers and 200 open pages", "nobody looking on"],
    ]);
    expect(results.leftOut.filter(({ row }) => row === 6)).toEqual(
      hasEnvoy ? [] : [{ row: 6, what: expect.any(String), why: expect.any(String) }],
    );
    for (const { measured, reference, ratio, goal } of results.rates) {
      for (const side of [measured, reference]) {
        expect(side.perSecond).toBeGreaterThan(0);
        expect(side.rounds).toHaveLength(1);
        expect(side.serverCpuSeconds + side.databaseCpuSeconds).toBeGreaterThanOrEqual(0);
      }
      expect(ratio).toBeCloseTo(measured.perSecond / reference.perSecond);
      expect(goal).toBeGreaterThan(0);
    }
  });

  test("tells what each process spends", () => {
    for (const { row, measured, reference } of results.rates) {
      expect(measured.clientCpuSeconds).toBeGreaterThanOrEqual(0);
      expect(reference.envoyCpuSeconds).toBe(0);
      if (row !== 6) expect(measured.envoyCpuSeconds).toBe(0);
    }
  });

  test("gives the latency of single calls", () => {
    for (const { measured, reference } of results.rates.filter(({ row }) => row <= 2)) {
      for (const { p50Ms = 0, p99Ms = 0 } of [measured, reference]) {
        expect(p50Ms).toBeGreaterThan(0);
        expect(p99Ms).toBeGreaterThanOrEqual(p50Ms);
      }
    }
  });

  test("fills the queue until it refuses, and sees it recover", () => {
    expect(results.memory).toHaveLength(1);
    for (const row of results.memory) {
      expect(row).toMatchObject({ row: 5, goalMiB: 300 });
      expect(row.waitingRows).toBeGreaterThan(0);
      expect(row.refusedCalls).toBeGreaterThan(0);
      expect(row.recoveredMs).toBeGreaterThan(0);
    }
  });

  test("tells what a call of fire costs, with every kind of spool", () => {
    const sides = ["interval", "never", "record", "memory"].flatMap((spool) =>
      ["answering", "away"].map((server) => [7, spool, server]),
    );
    expect(results.fires.map(({ row, spool, server }) => [row, spool, server])).toEqual([
      ...sides,
      [7, undefined, undefined],
    ]);
    for (const { calls, p50Us, p99Us, maxUs, loopMaxMs, loopP99Ms } of results.fires) {
      expect(calls).toBeGreaterThan(0);
      expect(p50Us).toBeGreaterThan(0);
      expect(p99Us).toBeGreaterThanOrEqual(p50Us);
      expect(maxUs).toBeGreaterThanOrEqual(p99Us);
      expect(loopMaxMs).toBeGreaterThanOrEqual(loopP99Ms);
    }
    expect(results.fires.filter(({ goal }) => goal).map(({ spool }) => spool)).toEqual([
      "interval",
      "interval",
    ]);
  });

  test("sees a client empty its spool, and what is fired meanwhile", () => {
    expect(results.backlogs).toHaveLength(1);
    for (const row of results.backlogs) {
      expect(row).toMatchObject({ row: 8, goalP99Ms: 1_000, goalMiB: 150 });
      expect(row.live).toBeGreaterThan(0);
      expect(row.liveP99Ms).toBeGreaterThanOrEqual(row.liveP50Ms);
      expect(row.peakMiB).toBeGreaterThanOrEqual(row.idleMiB);
    }
  });

  test("opens the first page of each screen with much and with little behind it", () => {
    expect(results.pages.map(({ row, page }) => [row, page])).toEqual(
      ["fleet", "system", "sensor", "run", "live", "storage"].map((page) => [9, page]),
    );
    for (const { small, large, ratio, goal } of results.pages) {
      expect(small.p50Ms).toBeGreaterThan(0);
      expect(small.p99Ms).toBeGreaterThanOrEqual(small.p50Ms);
      expect(large.p99Ms).toBeGreaterThanOrEqual(large.p50Ms);
      expect(ratio).toBeCloseTo(large.p50Ms / small.p50Ms);
      expect(goal).toBe(1.3);
    }
  });

  test("gives those who look on everything that is stored", () => {
    expect(results.onlookers.map(({ row }) => row)).toEqual([10]);
    for (const { stored, watched, answersDue } of results.onlookers) {
      expect(stored).toBeGreaterThan(0);
      expect(watched).toBeGreaterThanOrEqual(stored);
      expect(answersDue).toBeGreaterThan(0);
    }
  });

  test("exports everything that is stored, in both forms", () => {
    expect(results.exports.map(({ row, format, rows }) => [row, format, rows])).toEqual([
      [12, "csv", 20_000],
      [12, "ndjson", 20_000],
    ]);
    for (const { rows, withAttributes, bytes, peakMiB, idleMiB } of results.exports) {
      expect(withAttributes).toBeGreaterThan(rows / 10);
      expect(bytes).toBeGreaterThan(20_000);
      expect(peakMiB).toBeGreaterThanOrEqual(idleMiB);
    }
  });

  test("looks at the pages in a browser, where there is one", () => {
    const isLeftOut = (row: number) => results.leftOut.some((one) => one.row === row);
    expect(results.paints.length).toBe(isLeftOut(9) ? 0 : 2);
    expect(results.lives.length).toBe(isLeftOut(11) ? 0 : 1);
    for (const { medianMs, slowestMs } of results.paints) {
      expect(slowestMs).toBeGreaterThanOrEqual(medianMs);
    }
    for (const { fired, shown, countedOnly, p50Ms, p99Ms } of results.lives) {
      expect(fired).toBeGreaterThan(0);
      expect(shown + countedOnly).toBe(fired);
      // Those that were never shown are beyond any time.
      expect(p50Ms ?? Infinity).toBeGreaterThan(0);
      expect(p99Ms ?? Infinity).toBeGreaterThanOrEqual(p50Ms ?? Infinity);
    }
  });

  test("names the machine, and prints every row", () => {
    expect(results.machine.cores).toBeGreaterThan(0);
    expect(results.machine.node).toBe(process.versions.node);
    expect(results.machine.postgres).toMatch(/^\d+/);
    expect(Date.parse(results.at)).toBeGreaterThan(0);
    const { rates, onlookers, memory, fires, backlogs, leftOut } = results;
    const { pages, paints, lives, exports } = results;
    const seen = [...onlookers, ...pages, ...paints, ...lives, ...exports];
    const rows = [...rates, ...memory, ...fires, ...backlogs, ...seen, ...leftOut];
    for (const { what } of rows) expect(printed).toContain(what);
  });
});
