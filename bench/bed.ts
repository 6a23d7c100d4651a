import { dirname } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import pg from "pg";
import { credentials, MainClient } from "slimmer-grpc";
import { v7 } from "uuid";
import type { BenchOptions } from "./options.ts";
import { type Postgres, startPostgres, temporaryDataDir } from "./support/postgres.ts";
import { migrateUp, type SlimmerProcess, startSlimmer } from "./support/slimmer-process.ts";
import { type BenchSystem, sensorOf } from "./systems.ts";

/** What is measured: a PostgreSQL with its default durability, a `serve` with default settings, registered systems. */
export type Bed = {
  readonly postgres: Postgres;
  readonly server: SlimmerProcess;
  readonly db: pg.Client;
  readonly env: Readonly<Record<string, string>>;
  readonly systems: readonly BenchSystem[];
  /** A folder that goes when the bed goes. */
  readonly folder: string;
  /** Waits until everything is folded, counts the rows, and makes the tables as empty as before. */
  clear(): Promise<number>;
  close(): Promise<void>;
};

const FOLDED_MS = 60_000;

export async function startBed(options: BenchOptions): Promise<Bed> {
  const { dataDir, remove } = temporaryDataDir();
  const closers: (() => Promise<unknown>)[] = [async () => remove()];
  const close = async () => {
    for (const closer of closers.reverse()) await closer();
  };
  try {
    const postgres = await startPostgres(dataDir);
    closers.push(() => postgres.stop());
    const env = {
      SLIMMER_DATABASE_URL: postgres.url,
      SLIMMER_GRPC_LISTEN: "127.0.0.1:0",
      SLIMMER_OPS_LISTEN: "127.0.0.1:0",
    };
    await migrateUp(env);
    const server = await startSlimmer("serve", env);
    closers.push(() => server.stop());
    const db = new pg.Client(postgres.url);
    db.on("error", () => {});
    await db.connect();
    closers.push(() => db.end());
    await createReferenceTable(db);
    const systems = await registerSystems(server.addresses.grpc, db, options);
    const folder = dirname(dataDir);
    return { postgres, server, db, env, systems, folder, clear: () => clear(db), close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function registerSystems(
  address: string,
  db: pg.Client,
  { systems, sensors }: BenchOptions,
): Promise<BenchSystem[]> {
  const client = new MainClient(address, credentials.createInsecure());
  const perSystem = Math.ceil(sensors / systems);
  const entities = Array.from({ length: perSystem }, (_, number) => sensorOf(number));
  const registered: BenchSystem[] = [];
  try {
    for (let number = 1; number <= systems; number++) {
      const systemId = `bench-${number}`;
      const runId = v7();
      await new Promise<void>((resolve, reject) => {
        client.new_system_run({ system_id: systemId, run_id: runId, entities }, (error) =>
          error ? reject(error) : resolve(),
        );
      });
      const { rows } = await db.query(
        "select system_no, run_no from runs join systems using (system_no) where run_id = $1",
        [runId],
      );
      const [{ system_no, run_no }] = rows as [{ system_no: string; run_no: number }];
      const systemNo = Number(system_no);
      registered.push({ systemId, runId, systemNo, runNo: run_no, sensors: perSystem });
    }
  } finally {
    client.close();
  }
  return registered;
}

/** As ours is: partitions by day on the id, and the same primary key. */
async function createReferenceTable(db: pg.Client): Promise<void> {
  await db.query(
    "create table reference_activations (like activations including all) partition by range (activation_id)",
  );
  const { rows } = await db.query(`
    select child.relname as name, pg_get_expr(child.relpartbound, child.oid) as bounds
    from pg_inherits
    join pg_class as child on child.oid = pg_inherits.inhrelid
    where pg_inherits.inhparent = 'activations'::regclass`);
  for (const { name, bounds } of rows as { name: string; bounds: string }[]) {
    await db.query(`create table reference_${name} partition of reference_activations ${bounds}`);
  }
}

async function clear(db: pg.Client): Promise<number> {
  const deadline = performance.now() + FOLDED_MS;
  while (await isFolding(db)) {
    if (performance.now() > deadline) throw new Error("the fold records do not get fewer");
    await pause(100);
  }
  const { rows } = await db.query(
    "select tableoid::regclass::text as name, count(*)::int as count from activations group by 1",
  );
  const filled = rows as { name: string; count: number }[];
  for (const { name } of filled) await db.query(`truncate ${name}`);
  // Each window begins with the same distance to the next checkpoint.
  await db.query("checkpoint");
  return filled.reduce((sum, { count }) => sum + count, 0);
}

async function isFolding(db: pg.Client): Promise<boolean> {
  const { rows } = await db.query(
    "select exists (select from fold_records where feed_no is null) as some",
  );
  return (rows[0] as { some: boolean }).some;
}
