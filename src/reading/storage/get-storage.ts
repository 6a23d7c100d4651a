import type { Storage } from "slimmer-grpc";
import { DAY_US } from "../../store/reads/micros.ts";
import {
  listConnections,
  listPartitionSizes,
  type PartitionSize,
  readDatabaseFacts,
  readGrowth,
  readLags,
  readRate,
} from "../../store/reads/storage.ts";
import type { ReaderContext } from "../context.ts";
import { toDuration, toOptionalDuration, toOptionalTimestamp, toTimestamp } from "../wire-time.ts";
import { forecast } from "./forecast.ts";
import { processesOf } from "./processes.ts";

/** Whole days that the growth is the mean of. */
const GROWTH_DAYS = 7;

/** From the catalogue, from counts that are kept, and from the newest records of the feed: nothing is counted here. */
export async function getStorage({ read, nowUs }: ReaderContext): Promise<Storage> {
  const now = nowUs();
  const todayUs = Math.floor(now / DAY_US) * DAY_US;
  return read(async (db) => {
    const facts = await readDatabaseFacts(db);
    const partitions = await listPartitionSizes(db);
    const sinceUs = todayUs - GROWTH_DAYS * DAY_US;
    const growth = await readGrowth(db, { sinceUs, untilUs: todayUs });
    const lags = await readLags(db);
    const rate = await readRate(db);
    const connections = await listConnections(db);
    const { lowerMs, upperMs } = facts;
    const { rowsPerDay, bytesPerDay, bytesAtRetention } = forecast({
      rows: growth.rows,
      firstHourUs: growth.firstHourUs,
      partitions,
      todayUs,
      maxDays: GROWTH_DAYS,
      lowerUs: lowerMs === null ? todayUs : lowerMs * 1_000,
    });
    return {
      server_time: toTimestamp(now),
      database_bytes: facts.bytes,
      activation_bytes: sum(partitions, ({ bytes }) => bytes) + facts.strayBytes,
      activation_rows: sum(partitions, rowsOf) + facts.strayRows,
      days: partitions.map((partition) => ({
        day: toTimestamp(dayUs(partition.day)),
        rows: rowsOf(partition),
        bytes: partition.bytes,
      })),
      stray_rows: facts.strayRows,
      retention_edge: toOptionalTimestamp(lowerMs === null ? null : lowerMs * 1_000),
      partitions_until: toOptionalTimestamp(upperMs === null ? null : upperMs * 1_000),
      rows_per_day: rowsPerDay,
      bytes_per_day: bytesPerDay,
      bytes_at_retention: bytesAtRetention,
      fold_lag: toDuration(facts.foldLagUs),
      arrival_lag_median: toOptionalDuration(lags.arrivalMedianUs),
      arrival_lag_p99: toOptionalDuration(lags.arrivalP99Us),
      commit_lag_median: toOptionalDuration(lags.commitMedianUs),
      commit_lag_p99: toOptionalDuration(lags.commitP99Us),
      rate,
      processes: processesOf(connections),
      schema_version: facts.schemaVersion ?? "",
      migrated_at: toOptionalTimestamp(facts.migratedUs),
      postgres_version: facts.version,
    };
  });
}

/** PostgreSQL says -1 of a table at which it has not looked yet. */
function rowsOf({ rows }: PartitionSize): number {
  return Math.max(0, rows);
}

function sum(partitions: readonly PartitionSize[], of: (partition: PartitionSize) => number) {
  return partitions.reduce((total, partition) => total + of(partition), 0);
}

function dayUs(day: string): number {
  const [, year, month, date] = /^(\d{4})(\d{2})(\d{2})$/.exec(day) ?? [];
  return Date.UTC(Number(year), Number(month) - 1, Number(date)) * 1_000;
}
