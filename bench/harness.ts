import { arch, cpus, platform, totalmem } from "node:os";
import { type Bed, startBed } from "./bed.ts";
import type { BenchOptions } from "./options.ts";
import type {
  BacklogRow,
  BenchResults,
  ExportRow,
  FireRow,
  LeftOutRow,
  LiveRow,
  MemoryRow,
  OnlookersRow,
  PageRow,
  PaintRow,
  RateRow,
} from "./results.ts";
import { replayBacklog } from "./rows/backlog.ts";
import { exportEverything } from "./rows/export.ts";
import { fireCost } from "./rows/fire-cost.ts";
import { firstPages } from "./rows/first-pages.ts";
import { fullQueue } from "./rows/full-queue.ts";
import { livePage } from "./rows/live-page.ts";
import { manyAtOnce } from "./rows/many-at-once.ts";
import { onlookers } from "./rows/onlookers.ts";
import { singleCalls } from "./rows/single-calls.ts";
import { throughEnvoy } from "./rows/through-envoy.ts";
import { openChromium } from "./support/chromium.ts";
import { findEdge } from "./support/edge.ts";

/** Runs the rows that were asked for, each beside its reference. */
export async function runBench(options: BenchOptions): Promise<BenchResults> {
  const { only, rounds, seconds } = options;
  const isWanted = (row: number) => only.length === 0 || only.includes(row);
  const bed = await startBed(options);
  try {
    const rates: RateRow[] = [];
    const given: OnlookersRow[] = [];
    const memory: MemoryRow[] = [];
    const fires: FireRow[] = [];
    const backlogs: BacklogRow[] = [];
    const pages: PageRow[] = [];
    const paints: PaintRow[] = [];
    const lives: LiveRow[] = [];
    const exports: ExportRow[] = [];
    const leftOut: LeftOutRow[] = [];
    if (isWanted(1) || isWanted(2)) rates.push(...(await singleCalls(bed, options)));
    if (isWanted(3) || isWanted(4)) rates.push(...(await manyAtOnce(bed, options)));
    if (isWanted(5)) memory.push(await fullQueue(bed, options));
    if (isWanted(6)) {
      const edge = await findEdge({ folder: bed.folder, serve: bed.server.addresses.grpc });
      if (typeof edge !== "string") rates.push(...(await throughEnvoy(bed, edge, options)));
      else {
        leftOut.push({ row: 6, what: "through Envoy, with TLS", why: edge });
        options.say(`row 6 is left out: ${edge}`);
      }
    }
    if (isWanted(7)) fires.push(...(await fireCost(bed, options)));
    if (isWanted(8)) {
      const { rate, backlog } = await replayBacklog(bed, options);
      rates.push(rate);
      backlogs.push(backlog);
    }
    if (isWanted(10)) {
      const seen = await onlookers(bed, options);
      rates.push(seen.rate);
      given.push(seen.given);
    }
    if (isWanted(9) || isWanted(11)) {
      const chromium = await openChromium();
      const browser = typeof chromium === "string" ? undefined : chromium;
      try {
        if (isWanted(11) && browser) lives.push(await livePage(bed, browser, options));
        if (isWanted(9)) {
          const seen = await firstPages(bed, browser, options);
          pages.push(...seen.pages);
          paints.push(...seen.paints);
        }
      } finally {
        await browser?.close();
      }
      if (typeof chromium === "string") {
        const rows = [isWanted(9) ? 9 : undefined, isWanted(11) ? 11 : undefined];
        for (const row of rows) {
          if (row) leftOut.push({ row, what: "in a browser", why: chromium });
        }
      }
    }
    if (isWanted(12)) exports.push(...(await exportEverything(bed, options)));
    return {
      at: new Date().toISOString(),
      machine: await describeMachine(bed),
      options: { rounds, seconds },
      rates: rates.filter(({ row }) => isWanted(row)),
      onlookers: given,
      memory,
      fires,
      backlogs,
      pages,
      paints,
      lives,
      exports,
      leftOut,
    };
  } finally {
    await bed.close();
  }
}

async function describeMachine({ db }: Bed): Promise<BenchResults["machine"]> {
  const { rows } = await db.query("show server_version");
  return {
    cores: cpus().length,
    cpu: cpus()[0]?.model ?? "unknown",
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    platform: `${platform()} ${arch()}`,
    node: process.versions.node,
    postgres: (rows[0] as { server_version: string }).server_version,
  };
}
