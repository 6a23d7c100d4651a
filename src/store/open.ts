import knex, { type Knex } from "knex";
import pg from "pg";
import { type Connection, connect, NO_JIT } from "./connection.ts";
import { createLane, type Lane } from "./lane.ts";

export type StoreOptions = {
  connection: pg.ClientConfig;
  /** Name and version of the process ("serve 0.1.0"): PostgreSQL, and so `get_storage`, shows them beside each connection. */
  program?: string;
  poolSize: number;
  waitMs: number;
  log: { warn(facts: object, message: string): void };
};

/** The way to PostgreSQL of one process. */
export type Store = {
  readonly pool: pg.Pool;
  /** Shares the pool. For simple queries; set-based statements are plain SQL. */
  readonly db: Knex;
  /** Registrations and their lookups. */
  readonly writes: Lane;
  /** What the way of an activation has to look up. */
  readonly reads: Lane;
  /** What people and programs ask; however much that is, the two above keep their connections. */
  readonly questions: Lane;
  /** A connection outside the pool, for work that must never wait for one. */
  connect(name: string, onLost?: (error: Error) => void): Promise<Connection>;
  close(): Promise<void>;
};

const MAX_WAITING = 1_000;

/** Opens nothing yet: connections are made when they are needed, so a server can start before its database. */
export function openStore({ connection, program, poolSize, waitMs, log }: StoreOptions): Store {
  const named = (name: string) => (program ? `${program} ${name}` : name);
  const pool = new pg.Pool({
    ...connection,
    max: poolSize,
    idleTimeoutMillis: 60_000,
    onConnect: async (client) => void (await client.query(NO_JIT)),
    application_name: `slimmer ${named("pool")}`,
  });
  pool.on("error", (error) => log.warn({ err: error }, "an idle database connection was lost"));
  const db = knex({ client: "pg", connectionPool: pool });
  const questionWidth = Math.max(1, Math.floor(poolSize / 4));
  const writeWidth = Math.max(1, Math.floor((poolSize - questionWidth) / 2));
  const lane = (width: number) => createLane({ pool, width, maxWaiting: MAX_WAITING, waitMs });
  return {
    pool,
    db,
    writes: lane(writeWidth),
    reads: lane(Math.max(1, poolSize - questionWidth - writeWidth)),
    questions: lane(questionWidth),
    connect: (name, onLost) => connect(connection, named(name), onLost),
    async close() {
      await db.destroy();
      await pool.end();
    },
  };
}
