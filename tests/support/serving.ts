import { connect } from "node:net";
import type pg from "pg";
import pino from "pino";
import { credentials, MainClient } from "slimmer-grpc";
import { afterAll, beforeAll } from "vitest";
import { loadSettings } from "../../src/config/load.ts";
import { SERVE_KEYS } from "../../src/config/settings.ts";
import { createLifecycle, type Lifecycle } from "../../src/kit/lifecycle.ts";
import { openServer } from "../../src/processes/serve.ts";
import { type Caller, createCaller } from "./caller.ts";
import { useDatabase } from "./database.ts";
import { poolOf } from "./own-database.ts";

/** A running server of this process, with a client and a look into its database. */
export type Serving = {
  readonly address: string;
  readonly ops: string;
  readonly client: InstanceType<typeof MainClient>;
  readonly call: Caller;
  readonly db: pg.Pool;
  readonly databaseUrl: string;
  /** Lines of the server's log at warn and above. */
  readonly log: string[];
  /** Drains and closes the server; the client and the database stay. */
  close(): Promise<void>;
};

/**
 * A server on a database of its own for the tests of a file (or of a `describe`); `env` overrides settings, and `via`
 * puts something between the server and its database.
 */
export function useServer(
  env: Record<string, string> = {},
  via: (databaseUrl: string) => Promise<string> = async (url) => url,
): () => Serving {
  const databaseUrl = useDatabase();
  let serving: Serving | undefined;
  let life: Lifecycle | undefined;
  beforeAll(async () => {
    const log: string[] = [];
    const logger = pino({ level: "warn" }, { write: (line: string) => void log.push(line) });
    life = createLifecycle({ log: logger, stepMs: 30_000 });
    const settings = loadSettings(SERVE_KEYS, {
      SLIMMER_DATABASE_URL: await via(databaseUrl()),
      SLIMMER_GRPC_LISTEN: "127.0.0.1:0",
      SLIMMER_OPS_LISTEN: "127.0.0.1:0",
      SLIMMER_FOLD_INTERVAL: "20ms",
      ...env,
    });
    const { grpc, ops } = await openServer(life, settings, logger);
    const client = new MainClient(grpc, credentials.createInsecure());
    const db = poolOf({ connectionString: databaseUrl(), max: 4 });
    serving = {
      address: grpc,
      ops,
      client,
      call: createCaller(client),
      db,
      databaseUrl: databaseUrl(),
      log,
      close: () => (life as Lifecycle).close(),
    };
  });
  afterAll(async () => {
    serving?.client.close();
    await serving?.db.end();
    await life?.close();
  });
  return () => {
    if (!serving) throw new Error("the server of useServer() exists only while tests run");
    return serving;
  };
}

/** Whether anybody takes connections at `address`. */
export function isListening(address: string): Promise<boolean> {
  const [host, port] = address.split(":") as [string, string];
  return new Promise((resolve) => {
    const socket = connect(Number(port), host);
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}
