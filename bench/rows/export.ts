import { get } from "node:http";
import pg from "pg";
import type { Bed } from "../bed.ts";
import { fillHistory } from "../history.ts";
import type { BenchOptions } from "../options.ts";
import { peakRssMiB, resetPeak, rssMiB } from "../proc.ts";
import type { ExportRow } from "../results.ts";
import { migrateUp, startSlimmer } from "../support/slimmer-process.ts";

const GOAL_MIB = 250;
const DATABASE = "export_bench";

/** Row 12: everything as CSV and as NDJSON from the web process, and how much memory that takes. */
export async function exportEverything(
  bed: Bed,
  { history, say }: BenchOptions,
): Promise<ExportRow[]> {
  await bed.db.query(`create database ${DATABASE}`);
  const url = new URL(bed.postgres.url);
  url.pathname = `/${DATABASE}`;
  const env = { ...bed.env, SLIMMER_DATABASE_URL: url.href, SLIMMER_WEB_LISTEN: "127.0.0.1:0" };
  await migrateUp(env);
  const db = new pg.Client(url.href);
  db.on("error", () => {});
  await db.connect();
  await fillHistory(db, { systems: 1_000, sensors: 10_000, activations: history }, say);
  const counted = await db.query(
    'select count(*)::int as stored, count(attributes)::int as "withAttributes" from activations',
  );
  await db.end();
  const { stored, withAttributes } = counted.rows[0] as { stored: number; withAttributes: number };
  const web = await startSlimmer("web", env);
  try {
    const rows: ExportRow[] = [];
    for (const format of ["csv", "ndjson"] as const) {
      resetPeak(web.pid);
      const idleMiB = rssMiB(web.pid);
      const startedAt = performance.now();
      const { lines, bytes } = await download(
        `http://${web.addresses.http}/v1/activations.${format}`,
      );
      const elapsedMs = performance.now() - startedAt;
      const exported = format === "csv" ? lines - 1 : lines;
      if (exported !== stored) {
        throw new Error(`the ${format} has ${exported} activations, and ${stored} are stored`);
      }
      const row = {
        row: 12,
        what: `export of ${stored.toLocaleString("en")} activations as ${format.toUpperCase()}`,
        format,
        rows: exported,
        withAttributes,
        bytes,
        perSecond: (exported / elapsedMs) * 1_000,
        idleMiB,
        peakMiB: peakRssMiB(web.pid),
        goalMiB: GOAL_MIB,
      };
      say(`${row.what}  ${Math.round(row.perSecond)}/s, ${Math.round(row.peakMiB)} MiB`);
      rows.push(row);
    }
    return rows;
  } finally {
    await web.stop();
    await bed.db.query(`drop database ${DATABASE} with (force)`);
  }
}

const LINE_FEED = 10;

function download(url: string): Promise<{ lines: number; bytes: number }> {
  return new Promise((resolve, reject) => {
    get(url, (response) => {
      if (response.statusCode !== 200) {
        reject(new Error(`${url}: ${response.statusCode}`));
        return;
      }
      let lines = 0;
      let bytes = 0;
      response.on("data", (chunk: Buffer) => {
        bytes += chunk.length;
        for (let at = chunk.indexOf(LINE_FEED); at !== -1; at = chunk.indexOf(LINE_FEED, at + 1)) {
          lines += 1;
        }
      });
      response.on("error", reject);
      response.on("end", () => resolve({ lines, bytes }));
    }).on("error", reject);
  });
}
