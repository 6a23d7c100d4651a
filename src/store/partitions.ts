import { setTimeout as wait } from "node:timers/promises";
import { uuidFloor } from "../domain/uuid.ts";
import { createBackoff } from "../kit/backoff.ts";
import { type Bounds, isWithin, readBounds } from "./bounds.ts";
import { classifyPgError } from "./pg-errors.ts";
import type { Queryable } from "./queryable.ts";

export const DAY_MS = 86_400_000;
/** Days that are ready before their first activation can come. */
export const DAYS_AHEAD = 7;

/** A partition waits this long for a lock: an insert that queues behind it waits no longer. */
const LOCK_TIMEOUT_MS = 200;
const LOCK_ATTEMPTS = 50;

/** The days (their first milliseconds) that should have partitions at `nowMs`. */
export function wantedDays(nowMs: number, retentionMs: number): { firstMs: number; endMs: number } {
  return {
    firstMs: floorDay(nowMs - retentionMs),
    endMs: floorDay(nowMs) + (DAYS_AHEAD + 1) * DAY_MS,
  };
}

/**
 * Creates every missing partition from the retention horizon to seven days ahead. Each is filled with the strays that
 * belong to it and attached in one transaction, so that an activation is always in exactly one place. Safe under load:
 * ATTACH takes no lock that stops inserts, and every lock has a bound. `client` must be one connection, not a pool.
 */
export async function createPartitions(
  client: Queryable,
  { nowMs, retentionMs }: { nowMs: number; retentionMs: number },
): Promise<{ created: number; straysMoved: number }> {
  const existing = new Set(await listPartitionDays(client));
  const known = await readBounds(client);
  const bounds = known.upperMs > 0 ? known : { lowerMs: floorDay(nowMs), upperMs: floorDay(nowMs) };
  let created = 0;
  let straysMoved = 0;
  for (const dayMs of fromInside(bounds, wantedDays(nowMs, retentionMs))) {
    if (existing.has(dayMs) && isWithin(bounds, dayMs)) continue;
    const made = await withLockRetries(client, () => createPartition(client, dayMs));
    straysMoved += made.straysMoved;
    if (made.isNew) created += 1;
  }
  return { created, straysMoved };
}

/**
 * Drops every partition whose whole day is older than the retention; to be called after createPartitions, so that the
 * bounds reach today. They move first, in a transaction of their own.
 */
export async function dropPartitions(
  client: Queryable,
  { nowMs, retentionMs }: { nowMs: number; retentionMs: number },
): Promise<number> {
  const { firstMs } = wantedDays(nowMs, retentionMs);
  const expired = (await listPartitionDays(client)).filter((dayMs) => dayMs < firstMs);
  if (expired.length > 0) {
    await client.query("update partition_bounds set lower_ms = greatest(lower_ms, $1)", [firstMs]);
  }
  for (const dayMs of expired) {
    await withLockRetries(client, () => dropPartition(client, dayMs));
  }
  return expired.length;
}

/** Days (their first milliseconds) that have an attached partition, oldest first. */
export async function listPartitionDays(db: Queryable): Promise<number[]> {
  const { rows } = await db.query(
    `select child.relname
    from pg_inherits
    join pg_class child on child.oid = pg_inherits.inhrelid
    where pg_inherits.inhparent = 'activations'::regclass`,
  );
  return rows.map((row) => dayOf(row.relname)).sort((a, b) => a - b);
}

/**
 * Two who make partitions at once (a keeper, a `migrate up`) take turns for each; and a partition that is there, but
 * outside the bounds (left by a dropping that came to no end), is taken back.
 */
async function createPartition(
  client: Queryable,
  dayMs: number,
): Promise<{ isNew: boolean; straysMoved: number }> {
  const name = partitionName(dayMs);
  const from = uuidFloor(dayMs);
  const to = uuidFloor(dayMs + DAY_MS);
  await lockBounds(client, dayMs);
  const isNew = !(await listPartitionDays(client)).includes(dayMs);
  if (isNew) await createDetached(client, { name, from, to });
  const moved = await client.query(
    `with moved as (
      delete from stray_activations
      where activation_id >= $1 and activation_id < $2
      returning system_no, seq, occurred_at, received_at, run_no, entity_no, flags, activation_id, attributes
    )
    insert into ${name} (system_no, seq, occurred_at, received_at, run_no, entity_no, flags, activation_id, attributes)
    select * from moved
    on conflict do nothing`,
    [from, to],
  );
  if (isNew) {
    await client.query(
      `alter table activations attach partition ${name} for values from ('${from}') to ('${to}')`,
    );
    await client.query(`alter table ${name} drop constraint ${name}_range`);
  }
  await client.query(
    "update partition_bounds set lower_ms = least(lower_ms, $1), upper_ms = greatest(upper_ms, $2) where lower_ms <= $2 and upper_ms >= $1",
    [dayMs, dayMs + DAY_MS],
  );
  return { isNew, straysMoved: moved.rowCount ?? 0 };
}

async function createDetached(
  client: Queryable,
  { name, from, to }: { name: string; from: string; to: string },
): Promise<void> {
  await client.query(`create table ${name} (like activations including all)`);
  // With this constraint ATTACH needs no scan.
  await client.query(
    `alter table ${name} add constraint ${name}_range check (activation_id >= '${from}' and activation_id < '${to}')`,
  );
}

/** No stray can be stored while this is held: the statement that stores strays takes a share of the same row. */
async function lockBounds(client: Queryable, firstDayMs: number): Promise<void> {
  await client.query(
    "insert into partition_bounds (lower_ms, upper_ms) values ($1, $1) on conflict do nothing",
    [firstDayMs],
  );
  await client.query("select from partition_bounds for update");
}

async function dropPartition(client: Queryable, dayMs: number): Promise<void> {
  const name = partitionName(dayMs);
  await client.query(`alter table activations detach partition ${name}`);
  await client.query(`drop table ${name}`);
}

/** Runs `change` in a transaction with a short lock timeout, again and again until it got its locks. */
async function withLockRetries<T>(client: Queryable, change: () => Promise<T>): Promise<T> {
  const backoff = createBackoff({ minMs: 20, maxMs: 1_000 });
  for (let attempt = 1; ; attempt++) {
    await client.query("begin");
    try {
      await client.query(`set local lock_timeout = ${LOCK_TIMEOUT_MS}`);
      const result = await change();
      await client.query("commit");
      return result;
    } catch (error) {
      await client.query("rollback");
      const { code } = error as { code?: string };
      const isBusy = code === "55P03" || classifyPgError(error) === "conflict";
      if (!isBusy || attempt >= LOCK_ATTEMPTS) throw error;
    }
    await wait(backoff.nextMs());
  }
}

/** Holes first, then up, then down: each new day touches the bounds, so that they never span a missing partition. */
function* fromInside(
  { lowerMs, upperMs }: Bounds,
  { firstMs, endMs }: { firstMs: number; endMs: number },
): Generator<number> {
  for (let dayMs = lowerMs; dayMs < upperMs; dayMs += DAY_MS) yield dayMs;
  for (let dayMs = upperMs; dayMs < endMs; dayMs += DAY_MS) yield dayMs;
  for (let dayMs = lowerMs - DAY_MS; dayMs >= firstMs; dayMs -= DAY_MS) yield dayMs;
}

function floorDay(ms: number): number {
  return Math.floor(ms / DAY_MS) * DAY_MS;
}

function partitionName(dayMs: number): string {
  return `activations_p${new Date(dayMs).toISOString().slice(0, 10).replaceAll("-", "")}`;
}

function dayOf(name: string): number {
  const [, year, month, day] = /p(\d{4})(\d{2})(\d{2})$/.exec(name) ?? [];
  return Date.UTC(Number(year), Number(month) - 1, Number(day));
}
