import type { Address } from "../config/kinds.ts";
import { SETTINGS, type UpSettings } from "../config/settings.ts";
import { EmbeddedError } from "../embedded/embedded-error.ts";
import { type Child, startChild } from "../supervisor/child.ts";
import { GivenUp, type Supervised, supervise } from "../supervisor/supervisor.ts";
import { addressText, childEnv } from "./child-env.ts";
import { defaultDataDir } from "./default-data-dir.ts";
import { EXIT } from "./exit-codes.ts";
import { listenProblem } from "./listen-problem.ts";
import { NODE_ARGS, NODE_ENVIRONMENT } from "./node-args.ts";
import { namesOutsideDatabase } from "./outside-database.ts";
import { listenForStop, type StopSignals } from "./stop-signals.ts";
import { type UpEdge, upEdge } from "./up-edge.ts";
import { type Home, openHome } from "./up-home.ts";
import { lineOf, print, say, upLog } from "./up-output.ts";
import { reachable, type Site, upSummary } from "./up-summary.ts";

/** A PostgreSQL that recovers after a crash is left the time it needs. */
const DATABASE_READY_MS = 16 * 60_000;
const DATABASE_STOP_MS = 60_000;
const KEEPER_STOP_MS = 15_000;
const WEB_STOP_MS = 20_000;
/** On top of the time that Envoy was given to drain. */
const EDGE_STOP_MS = 20_000;
/** On top of the time that `serve` was given to drain. */
const SERVE_STOP_MS = 20_000;

/** What runs, in the order of starting; it is stopped from the end. */
type Running = {
  database?: Supervised;
  migrate?: Child;
  keeper?: Supervised;
  edge?: Supervised;
  web?: Supervised;
  serve?: Supervised;
};

type Context = {
  settings: UpSettings;
  env: NodeJS.ProcessEnv;
  entry: string;
  home: Home | undefined;
  running: Running;
  stop: StopSignals;
};

/**
 * All of slimmer on one machine: the embedded PostgreSQL (unless the settings name another), the schema, `serve`,
 * `keeper`, `web` and, where there is one, Envoy as supervised children. `entry` is the file of the command line. Resolves
 * to the exit code once everything has stopped: when it was asked to, or when a child can't be kept running.
 */
export async function up(
  settings: UpSettings,
  env: NodeJS.ProcessEnv,
  entry: string,
): Promise<number> {
  const stop = listenForStop();
  const running: Running = {};
  stop.onHurry(() => {
    say("killing the processes that still run");
    running.migrate?.kill();
    running.serve?.kill();
    running.web?.kill();
    running.edge?.kill();
    running.keeper?.kill();
  });
  let home: Home | undefined;
  try {
    home = namesOutsideDatabase(settings, env) ? undefined : await openHome(settings, env);
    const work = run({ settings, env, entry, home, running, stop });
    work.catch(() => undefined); // it also fails because it is stopped
    return await Promise.race([stop.asked.then(() => EXIT.ok), work]);
  } catch (error) {
    return explain(error);
  } finally {
    await stopAll(running, settings);
    home?.children.clear();
    await home?.lock.release();
    stop.dispose();
  }
}

/** Starts everything, and then waits for a child to be given up: settles only by throwing. */
async function run(context: Context): Promise<never> {
  const { settings, env, home, running, stop } = context;
  const serveOps = settings.opsListen;
  const keeperOps = nextPort(serveOps);
  await home?.children.endLeftovers((pids) =>
    say(`waiting for the processes of a slimmer that was killed (${pids.join(", ")})`),
  );

  const base = childEnv(settings, env);
  const withDatabase = home ? await startDatabase(context, home, base) : base;
  await migrate(context, withDatabase);

  const serve = keep(context, "serve", {
    ...withDatabase,
    SLIMMER_OPS_LISTEN: addressText(serveOps),
  });
  running.serve = serve;
  const keeper = keep(context, "keeper", {
    ...withDatabase,
    SLIMMER_OPS_LISTEN: addressText(keeperOps),
  });
  running.keeper = keeper;
  const [served, kept, site] = await Promise.all([
    serve.ready,
    keeper.ready,
    startWeb(context, withDatabase),
  ]);
  const grpc = served.addresses.grpc ?? addressText(settings.grpcListen);
  const edge = await startEdge(context, base, reachable(grpc), site);
  stop.throwIfAsked();
  print(
    upSummary({
      grpc,
      site,
      edge,
      serveOps: served.addresses.ops ?? addressText(serveOps),
      keeperOps: kept.addresses.ops ?? addressText(keeperOps),
      database: home
        ? `127.0.0.1:${settings.embeddedPort}, data in ${home.dataDir}`
        : "the one that the settings name",
    }),
  );
  const kids = [serve, keeper, ...(running.database ? [running.database] : [])];
  return await Promise.race(kids.map((kid) => kid.givenUp));
}

/** Resolves to the environment of those who use the database. */
async function startDatabase(
  context: Context,
  home: Home,
  base: NodeJS.ProcessEnv,
): Promise<NodeJS.ProcessEnv> {
  const guardian = keep(
    context,
    "database",
    { ...base, SLIMMER_DATA_DIR: home.dataDir },
    { readyMs: DATABASE_READY_MS },
  );
  context.running.database = guardian;
  const { url } = await guardian.ready;
  // It listens on 127.0.0.1 only, without TLS.
  return { ...base, SLIMMER_DATABASE_URL: url, SLIMMER_DATABASE_SSL_MODE: "disable" };
}

/**
 * Starts the dashboard. Activations are stored without it too, so a port that is taken stops nothing else. Resolves to it, or
 * to why it does not run.
 */
async function startWeb(context: Context, env: NodeJS.ProcessEnv): Promise<Site | string> {
  const { settings, running } = context;
  const problem = await listenProblem(settings.webListen, SETTINGS.webListen.env);
  if (problem) return problem;
  // Serve, keeper and Envoy have the ports before.
  const ops = addressText(nextPort(nextPort(nextPort(settings.opsListen))));
  const child = keep(context, "web", { ...env, SLIMMER_OPS_LISTEN: ops });
  running.web = child;
  child.givenUp.catch((error: Error) => say(`goes on without the dashboard: ${error.message}`));
  return await child.ready.then(
    ({ addresses }) => ({
      web: addresses.http ?? addressText(settings.webListen),
      ops: addresses.ops ?? ops,
    }),
    () => "it does not start",
  );
}

/** Starts Envoy where that can be; everything else runs without it too. Resolves to it, or to why it does not run. */
async function startEdge(
  context: Context,
  base: NodeJS.ProcessEnv,
  grpc: string,
  site: Site | string,
): Promise<UpEdge | string> {
  const { settings, home, running } = context;
  const dataDir = home?.dataDir ?? settings.dataDir ?? defaultDataDir(context.env);
  const stats = nextPort(nextPort(settings.opsListen));
  const web = typeof site === "string" ? undefined : reachable(site.web);
  const edge = await upEdge({ settings, env: base, dataDir, grpc, web, stats });
  if (typeof edge === "string") return edge;
  const child = keep(context, "edge", edge.env, { args: ["edge", "run"] });
  running.edge = child;
  child.givenUp.catch((error: Error) => say(`goes on without Envoy: ${error.message}`));
  return await child.ready.then(
    () => edge,
    () => "Envoy does not start, so no TLS, JSON or grpc-web",
  );
}

/** Runs `slimmer migrate up` to its end. */
async function migrate(context: Context, env: NodeJS.ProcessEnv): Promise<void> {
  const { entry, running, stop, home } = context;
  stop.throwIfAsked();
  const name = "migrate";
  const child = startChild({ name, entry, args: [name, "up"], env, onLine: lineOf(name) });
  running.migrate = child;
  if (child.pid !== undefined) home?.children.note(child.pid);
  const end = await child.ended;
  delete running.migrate;
  stop.throwIfAsked();
  if (end.code !== 0) throw new GivenUp(name, "failed", end);
}

function keep(
  { entry, home, stop }: Context,
  name: string,
  env: NodeJS.ProcessEnv,
  more: { args?: readonly string[]; readyMs?: number } = {},
): Supervised {
  stop.throwIfAsked();
  return supervise({
    name,
    entry,
    args: [name],
    nodeArgs: NODE_ARGS,
    env: { ...NODE_ENVIRONMENT, ...env },
    log: upLog,
    onLine: lineOf(name),
    onStart: (pid) => home?.children.note(pid),
    ...more,
  });
}

/**
 * Those who use the database go first; `serve` ends its streams, so that Envoy has little left to wait for. Each step is
 * bounded, so stopping always ends.
 */
async function stopAll(
  { migrate, serve, web, edge, keeper, database }: Running,
  settings: UpSettings,
): Promise<void> {
  if (migrate ?? serve ?? keeper ?? database) say("stopping");
  await migrate?.stop(SERVE_STOP_MS);
  await Promise.all([
    serve?.stop(settings.drain + settings.drainDelay + SERVE_STOP_MS),
    web?.stop(settings.drainDelay + WEB_STOP_MS),
  ]);
  await edge?.stop(settings.edgeDrain + EDGE_STOP_MS);
  await keeper?.stop(KEEPER_STOP_MS);
  await database?.stop(DATABASE_STOP_MS);
}

function explain(error: unknown): number {
  if (error instanceof GivenUp) {
    process.stderr.write(`${error.message}\n`);
    return error.exitCode;
  }
  if (error instanceof EmbeddedError) {
    process.stderr.write(`${error.message}\n`);
    return EXIT.usage;
  }
  process.stderr.write(`slimmer up failed: ${(error as Error).stack}\n`);
  return EXIT.failed;
}

function nextPort({ host, port }: Address): Address {
  if (port < 65_535) return { host, port: port === 0 ? 0 : port + 1 };
  throw new EmbeddedError(
    "SLIMMER_OPS_LISTEN leaves no next ports below 65536 for the keeper, Envoy and the dashboard; choose a lower one.",
  );
}
