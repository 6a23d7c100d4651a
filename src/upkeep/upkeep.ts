import {
  createPartitions,
  DAY_MS,
  dropPartitions,
  listPartitionDays,
} from "../store/partitions.ts";
import type { Queryable } from "../store/queryable.ts";
import { dropOldHours, dropOldStrays } from "../store/retention.ts";
import type { Metrics } from "../telemetry/metrics.ts";

export type UpkeepOptions = {
  retentionMs: number;
  rollupRetentionMs: number;
  nowMs(): number;
  metrics: Pick<
    Metrics,
    | "upkeepRounds"
    | "upkeepLastSuccess"
    | "partitionsAhead"
    | "partitionsOldest"
    | "partitionsDropped"
    | "strays"
  >;
  log: { info(facts: object, message: string): void };
};

/**
 * Lists of activations pass over hours that the counts do not have: whatever row is kept, its hour must be. Whole days are
 * dropped, and ids are a few days ahead of their time at most.
 */
const HOURS_OUTLIVE_ROWS_MS = 8 * DAY_MS;

/** One round of what has to be done for ever: partitions ahead, old ones away. `client` is the leader's own connection. */
export async function runUpkeep(client: Queryable, options: UpkeepOptions): Promise<void> {
  const { retentionMs, rollupRetentionMs, nowMs, metrics, log } = options;
  try {
    const now = nowMs();
    const { created, straysMoved } = await createPartitions(client, { nowMs: now, retentionMs });
    const dropped = await dropPartitions(client, { nowMs: now, retentionMs });
    metrics.partitionsDropped.inc(dropped);
    const straysDropped = await dropOldStrays(client, now - retentionMs);
    const hoursMs = Math.max(rollupRetentionMs, retentionMs + HOURS_OUTLIVE_ROWS_MS);
    const hoursDropped = await dropOldHours(client, now - hoursMs);
    await measure(client, now, metrics);
    if (created + straysMoved + dropped + straysDropped + hoursDropped > 0) {
      log.info(
        { created, straysMoved, dropped, straysDropped, hoursDropped },
        "upkeep changed something",
      );
    }
    metrics.upkeepRounds.inc({ outcome: "done" });
    metrics.upkeepLastSuccess.set(now / 1_000);
  } catch (error) {
    metrics.upkeepRounds.inc({ outcome: "failed" });
    throw error;
  }
}

async function measure(client: Queryable, now: number, metrics: UpkeepOptions["metrics"]) {
  const days = await listPartitionDays(client);
  const today = Math.floor(now / DAY_MS) * DAY_MS;
  metrics.partitionsAhead.set(days.filter((dayMs) => dayMs > today).length);
  if (days[0] !== undefined) metrics.partitionsOldest.set(days[0] / 1_000);
  const { rows } = await client.query("select count(*) as strays from stray_activations");
  metrics.strays.set(rows[0].strays);
}
