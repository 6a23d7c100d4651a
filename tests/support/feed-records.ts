import type pg from "pg";
import { loadSettings } from "../../src/config/load.ts";
import { DATABASE_KEYS } from "../../src/config/settings.ts";
import { FLAGS } from "../../src/domain/activation.ts";
import type { Entity } from "../../src/domain/entity.ts";
import { newUuidV7 } from "../../src/domain/uuid.ts";
import { openStore, type Store } from "../../src/store/open.ts";
import { databaseConfig } from "../../src/store/pg-config.ts";
import { registerRun } from "../../src/store/runs.ts";
import { idAt } from "./rows.ts";

/** One row of the feed, as a test names it. */
export type FeedRowFacts = {
  systemNo: number;
  runNo: number;
  entityNo: number;
  activationId?: string;
  seq?: number;
  shownUs?: number;
  receivedUs?: number;
  flags?: number;
  attributes?: Record<string, string>;
};

/** A way to a database with settings of a test. */
export function storeOf(databaseUrl: string, timeout = "10s"): Store {
  const settings = loadSettings(DATABASE_KEYS, {
    SLIMMER_DATABASE_URL: databaseUrl,
    SLIMMER_DATABASE_TIMEOUT: timeout,
  });
  return openStore({
    connection: databaseConfig(settings),
    poolSize: 8,
    waitMs: settings.databaseTimeout,
    log: { warn: () => {} },
  });
}

/** A run with its sensors, whose numbers are in the order of the list. */
export async function runOf(store: Store, systemId: string, entities: readonly Entity[]) {
  const runId = newUuidV7();
  const { systemNo, runNo } = await store.writes.transaction((tx) =>
    registerRun(tx, {
      systemId,
      runId,
      entities,
      startedAtMs: Date.now(),
      clockSuspect: false,
      receivedAtMs: Date.now(),
      labels: {},
      client: { name: "", version: "", host: "" },
      silentAfterMs: undefined,
    }),
  );
  const { rows } = await store.pool.query(
    "select entity_no, identity from entities where system_no = $1",
    [systemNo],
  );
  const entityNo = ({ identity }: Entity) =>
    rows.find((row) => row.identity === identity).entity_no as number;
  return { systemId, runId, systemNo, runNo, entityNo };
}

/**
 * Puts one record at the end of the feed, as the folder does when it has numbered what a flush has stored. Returns the ids of
 * its rows.
 */
export async function appendToFeed(
  db: pg.Pool | pg.ClientBase,
  rows: readonly FeedRowFacts[],
  { notify = true } = {},
): Promise<string[]> {
  const nowUs = Date.now() * 1_000;
  const ids = rows.map((row) => row.activationId ?? idAt(Date.now()));
  const seqs = rows.map(({ seq }) => seq ?? null);
  const shown = rows.map(({ shownUs, receivedUs, flags = 0 }) =>
    (flags & FLAGS.clockSuspect) !== 0 ? (receivedUs ?? nowUs) : (shownUs ?? nowUs),
  );
  const hasOccurred = rows.some(({ flags = 0 }) => (flags & FLAGS.clockSuspect) !== 0);
  const attributes = rows.map(({ attributes: map }) => (map ? JSON.stringify(map) : null));
  const some = <T>(values: readonly T[], isThere: (value: T) => boolean) =>
    values.some(isThere) ? values : null;
  await db.query(
    `with moved as (update feed_state set last_no = last_no + 1 returning last_no)
    insert into fold_records (
      system_no, received_at, feed_no, system_nos, entity_nos, shown_us, run_nos, activation_ids, seqs, occurred_us,
      received_us, flags, attributes
    )
    select
      1, now(), last_no, $1::bigint[], $2::integer[], $3::bigint[], $4::integer[], $5::uuid[], $6::bigint[], $7::bigint[],
      $8::bigint[], $9::smallint[], $10::jsonb[]
    from moved`,
    [
      rows.map(({ systemNo }) => systemNo),
      rows.map(({ entityNo }) => entityNo),
      shown,
      rows.map(({ runNo }) => runNo),
      ids,
      some(seqs, (seq) => seq !== null),
      hasOccurred ? rows.map(({ shownUs }) => shownUs ?? nowUs) : null,
      rows.some(({ receivedUs }) => receivedUs !== undefined)
        ? rows.map(({ receivedUs }) => receivedUs ?? nowUs)
        : null,
      some(
        rows.map(({ flags = 0 }) => flags),
        (flags) => flags !== 0,
      ),
      some(attributes, (map) => map !== null),
    ],
  );
  if (notify)
    await db.query("select pg_notify('slimmer_feed', (select last_no::text from feed_state))");
  return ids;
}

/** Takes the oldest records away, up to and with `no`. */
export async function trimFeed(db: pg.Pool, no: number): Promise<void> {
  await db.query("update feed_state set first_no = $1", [no + 1]);
  await db.query("delete from fold_records where feed_no <= $1", [no]);
}

/** As it was in the beginning, or in an old backup. */
export async function emptyFeed(db: pg.Pool): Promise<void> {
  await trimFeed(db, Number.MAX_SAFE_INTEGER - 1);
  await db.query("update feed_state set first_no = 1, last_no = 0");
}
