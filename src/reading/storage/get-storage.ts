import type { Storage } from "slimmer-grpc";
import { DAY_US } from "../../store/reads/micros.ts";
import {
  listConnections,
  listDailyRows,
  listPartitionSizes,
  readDatabaseFacts,
  readFirstHour,
  readLags,
  readRate,
} from "../../store/reads/storage.ts";
import type { ReaderContext } from "../context.ts";
import { toDuration, toOptionalDuration, toOptionalTimestamp, toTimestamp } from "../wire-time.ts";
import { daysHeld } from "./days-held.ts";
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
    const lowerUs = facts.lowerMs === null ? todayUs : facts.lowerMs * 1_000;
    const upperUs = facts.upperMs === null ? todayUs + DAY_US : facts.upperMs * 1_000;
    const days = daysHeld(
      await listPartitionSizes(db),
      await listDailyRows(db, { sinceUs: lowerUs, untilUs: upperUs }),
    );
    const firstHourUs = await readFirstHour(db);
    const lags = await readLags(db);
    const rate = await readRate(db);
    const connections = await listConnections(db);
    const { rowsPerDay, bytesPerDay, bytesAtRetention } = forecast({
      ...{ days, firstHourUs, todayUs, lowerUs },
      maxDays: GROWTH_DAYS,
    });
    return {
      server_time: toTimestamp(now),
      database_bytes: facts.bytes,
      activation_bytes: sum(days.map(({ bytes }) => bytes)) + facts.strayBytes,
      activation_rows: sum(days.map(({ rows }) => rows)),
      days: days.map(({ dayUs, rows, bytes }) => ({ day: toTimestamp(dayUs), rows, bytes })),
      stray_rows: facts.strayRows,
      retention_edge: toOptionalTimestamp(facts.lowerMs === null ? null : lowerUs),
      partitions_until: toOptionalTimestamp(facts.upperMs === null ? null : upperUs),
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

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
