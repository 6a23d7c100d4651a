import type pg from "pg";
import { credentials, MainClient } from "slimmer-grpc";
import { afterAll, beforeAll, onTestFinished } from "vitest";
import { freePort } from "../../bench/support/free-port.ts";
import { type Caller, createCaller } from "../support/caller.ts";
import type { ControlPlane } from "../support/control-plane.ts";
import { poolOf } from "../support/own-database.ts";
import { type PostgresServer, startTemporaryPostgres } from "../support/postgres-server.ts";
import { urlOf } from "../support/server-databases.ts";
import { type SlimmerProcess, startSlimmer } from "../support/slimmer-process.ts";
import { prepareTemplate } from "../support/template.ts";

const DATABASE = "xds";

export type Store = { readonly url: string; readonly db: pg.Pool };

/** A database with the schema, on a PostgreSQL of its own, for the tests of a file. */
export function useStore(): () => Store {
  let postgres: PostgresServer | undefined;
  let store: Store | undefined;
  beforeAll(async () => {
    postgres = await startTemporaryPostgres();
    await prepareTemplate(postgres.url, DATABASE);
    const url = urlOf(postgres.url, DATABASE);
    store = { url, db: poolOf({ connectionString: url, max: 4 }) };
  });
  afterAll(async () => {
    await store?.db.end();
    await postgres?.stop();
  });
  return () => {
    if (!store) throw new Error("the database of useStore() exists only while tests run");
    return store;
  };
}

/** A `slimmer serve --xds` of the running test, which may still be waiting for its listener. */
export type XdsServer = SlimmerProcess & {
  readonly address: string;
  readonly client: InstanceType<typeof MainClient>;
  readonly call: Caller;
  /** What /readyz answers, as its status and its text; 0 before there is anybody to ask. */
  readiness(): Promise<{ status: number; text: string }>;
};

/** Starts one at a free port of 127.0.0.1. `env` is on top of what it needs. */
export async function startXdsServer(
  databaseUrl: string,
  env: Record<string, string>,
): Promise<XdsServer> {
  const [address, ops] = [`127.0.0.1:${await freePort()}`, `127.0.0.1:${await freePort()}`];
  const server = startSlimmer(["serve", "--xds", "true"], {
    SLIMMER_DATABASE_URL: databaseUrl,
    SLIMMER_GRPC_LISTEN: address,
    SLIMMER_OPS_LISTEN: ops,
    SLIMMER_DRAIN: "5s",
    ...env,
  });
  const client = new MainClient(address, credentials.createInsecure(), {
    "grpc.initial_reconnect_backoff_ms": 100,
    "grpc.max_reconnect_backoff_ms": 100,
  });
  onTestFinished(() => client.close());
  return {
    ...server,
    address,
    client,
    call: createCaller(client),
    async readiness() {
      try {
        const response = await fetch(`http://${ops}/readyz`);
        return { status: response.status, text: await response.text() };
      } catch {
        return { status: 0, text: "" };
      }
    },
  };
}

/** The bootstrap of a control plane in the environment. */
export function bootstrapOf(controlPlane: ControlPlane): Record<string, string> {
  return { GRPC_XDS_BOOTSTRAP_CONFIG: JSON.stringify(controlPlane.bootstrap()) };
}
