import pg from "pg";
import { credentials, MainClient } from "slimmer-grpc";
import { afterAll, beforeAll } from "vitest";
import { type Caller, createCaller } from "./caller.ts";
import { startTemporaryPostgres } from "./postgres-server.ts";
import { createSampleFleet, keepLate, LIVING_SYSTEMS } from "./sample-fleet.ts";
import { urlOf } from "./server-databases.ts";
import { type ServerProcess, startServerProcess } from "./server-process.ts";
import { prepareTemplate } from "./template.ts";

/** A slimmer with a web process, for tests that look at its pages. */
export type Dashboard = {
  /** Where the pages are, without a slash at the end. */
  readonly url: string;
  readonly grpc: string;
  readonly databaseUrl: string;
  readonly call: Caller;
  /** Ends the web process as a crash would, and starts another one at the same address. */
  restartWeb(whileAway?: () => Promise<unknown>): Promise<void>;
};

const DATABASE = "dashboard";

/** One for the tests of a file, with the sample fleet in it unless `isEmpty`. */
export function useDashboard({ isEmpty = false }: { isEmpty?: boolean } = {}): () => Dashboard {
  const closing: (() => Promise<unknown>)[] = [];
  let dashboard: Dashboard | undefined;
  beforeAll(async () => {
    const postgres = await startTemporaryPostgres();
    closing.push(postgres.stop);
    await prepareTemplate(postgres.url, DATABASE);
    const databaseUrl = urlOf(postgres.url, DATABASE);
    if (!isEmpty) await createSampleFleet(databaseUrl, Date.now());
    const env = { SLIMMER_DATABASE_URL: databaseUrl, SLIMMER_DRAIN_DELAY: "0s" };
    const serve = await startServerProcess({ command: "serve", env });
    closing.push(serve.stop);
    const startWeb = (listen: string) =>
      startServerProcess({ command: "web", env: { ...env, SLIMMER_WEB_LISTEN: listen } });
    let web: ServerProcess<{ http: string; ops: string }> = await startWeb("127.0.0.1:0");
    closing.push(() => web.stop());
    const { http } = web.addresses;
    const client = new MainClient(serve.addresses.grpc, credentials.createInsecure());
    closing.push(async () => client.close());
    const call = createCaller(client);
    if (!isEmpty) closing.push(await keepAlive(call, databaseUrl));
    dashboard = {
      url: `http://${http}`,
      grpc: serve.addresses.grpc,
      databaseUrl,
      call,
      async restartWeb(whileAway = async () => {}) {
        await web.kill();
        await whileAway();
        web = await startWeb(http);
      },
    };
  });
  afterAll(async () => {
    for (const close of closing.reverse()) await close();
  });
  return () => {
    if (!dashboard) throw new Error("the pages of useDashboard() exist only while tests run");
    return dashboard;
  };
}

const SIGN_OF_LIFE_MS = 5_000;

/** Signs of life, so that systems stay up or late for as long as the tests run. */
async function keepAlive(call: Caller, databaseUrl: string): Promise<() => Promise<void>> {
  const db = new pg.Client(databaseUrl);
  await db.connect();
  const timer = setInterval(() => {
    for (const system_id of LIVING_SYSTEMS) call.ping({ system_id }).catch(() => {});
    keepLate(db, Date.now()).catch(() => {});
  }, SIGN_OF_LIFE_MS);
  return async () => {
    clearInterval(timer);
    await db.end();
  };
}
