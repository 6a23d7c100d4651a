import { SettingsError } from "../config/load.ts";
import type { ServeSettings } from "../config/settings.ts";
import { startFolder } from "../ingest/folder.ts";
import { createGroupCommit } from "../ingest/group-commit.ts";
import { createHorizon } from "../ingest/horizon.ts";
import { createIntake } from "../ingest/intake.ts";
import { createPresenceBook } from "../ingest/presence.ts";
import { createRepeatWatch } from "../ingest/repeat-watch.ts";
import { createRunCache } from "../ingest/run-cache.ts";
import { createWriter } from "../ingest/writer.ts";
import { systemClock } from "../kit/clock.ts";
import { deferred } from "../kit/deferred.ts";
import type { Lifecycle } from "../kit/lifecycle.ts";
import { startLoop } from "../kit/loop.ts";
import { createTurns } from "../kit/turns.ts";
import { within } from "../kit/within.ts";
import { createActivationReads } from "../reading/activations/create-activation-reads.ts";
import { createReader } from "../reading/create-reader.ts";
import { createExport } from "../reading/export/export-activations.ts";
import { createFeed } from "../reading/feed/feed.ts";
import { type OpenListener, openPlainListener } from "../rpc/listener.ts";
import { mainService } from "../rpc/main-service.ts";
import { readerService } from "../rpc/reader-service.ts";
import { createRpcServer } from "../rpc/server.ts";
import { loadXdsListener } from "../rpc/xds-listener.ts";
import { xdsSettingsProblems } from "../rpc/xds-settings.ts";
import { listUnregistered, numberUnregistered } from "../store/entities.ts";
import { manifestEntities } from "../store/manifests.ts";
import { openStore } from "../store/open.ts";
import { databaseConfig } from "../store/pg-config.ts";
import { requireDatabase } from "../store/require-database.ts";
import { endRun, findRun, registerRun, unknownRun } from "../store/runs.ts";
import { findSystem, lockSystem } from "../store/systems.ts";
import type { Logger } from "../telemetry/logger.ts";
import { createMetrics } from "../telemetry/metrics.ts";
import { startOpsServer } from "../telemetry/ops-server.ts";
import { version } from "../version.ts";
import { runProcess } from "./run-process.ts";

/** Longest that one step of closing may take beside the drain, in milliseconds. */
const CLOSE_MS = 15_000;
const READY_CHECK_MS = 1_000;
const FIRST_WRITER_MS = 5_000;
/**
 * What those who watch may take of a lull, in milliseconds: about as long as a flush. One after the other is cheaper than
 * now and then (docs/adr/0012).
 */
const WATCH_TURNS_MS = 2;

/** `slimmer serve`: the gRPC server. Resolves with the exit code when it was told to stop. */
export function serve(settings: ServeSettings, log: Logger): Promise<number> {
  const closeMs = settings.drain + settings.drainDelay + CLOSE_MS;
  return runProcess({ log, closeMs }, (life) => openServer(life, settings, log));
}

/** Everything that `serve` consists of; `life` closes it. Resolves with the addresses once it can answer. */
export async function openServer(
  life: Lifecycle,
  settings: ServeSettings,
  log: Logger,
): Promise<{ grpc: string; ops: string }> {
  const { drain: drainMs, drainDelay: delayMs } = settings;
  const { nowMs } = systemClock;
  const openListener = settings.xds ? await xdsListener(settings, process.env) : openPlainListener;
  const metrics = createMetrics();
  metrics.buildInfo.set({ version, process: "serve" }, 1);
  const problems: string[] = ["starting"];
  const ops = life.own(
    "ops",
    await startOpsServer(settings.opsListen, { metrics, readiness: () => problems }),
    (server) => server.close(),
  );
  const connection = databaseConfig(settings);
  const { signal } = life.own("start", new AbortController(), (start) => start.abort());
  await requireDatabase(connection, { waitMs: settings.databaseWait, signal, log });
  const store = life.own(
    "store",
    openStore({
      connection,
      program: `serve ${version}`,
      poolSize: settings.databasePool,
      waitMs: settings.databaseTimeout,
      log,
    }),
    (opened) => opened.close(),
  );

  const presence = createPresenceBook({
    findSystem: (systemId) => store.reads.run((db) => findSystem(db, systemId)),
  });
  // Opened before the queue, so closed after it: what the queue stores last is added up too.
  life.own(
    "folder",
    startFolder({
      connect: (onLost) => store.connect("folder", onLost),
      intervalMs: settings.foldInterval,
      feed: { retentionMs: settings.feedRetention, maxBytes: settings.feedMaxBytes },
      presence,
      metrics,
      log: log.child({ room: "folder" }),
    }),
    (folder) => folder.close(),
  );

  const horizon = createHorizon();
  const repeats = createRepeatWatch();
  const commit = life.own(
    "group commit",
    createGroupCommit({
      writers: (onChange) =>
        Array.from({ length: settings.databaseWriters }, (_, index) =>
          createWriter({
            connect: (onLost) => store.connect(`writer ${index + 1}`, onLost),
            horizon,
            repeats,
            metrics,
            log: log.child({ room: "writer", writer: index + 1 }),
            onChange,
          }),
        ),
      maxFlushRows: settings.flushMaxRows,
      limits: {
        rows: settings.intakeMaxRows,
        bytes: settings.intakeMaxBytes,
        calls: settings.intakeMaxCalls,
      },
      metrics,
      nowMs,
    }),
    (queue) => queue.close(),
  );
  const runCache = createRunCache({
    source: {
      find: (systemId, runId) => store.reads.run((db) => findRun(db, systemId, runId)),
      entities: ({ systemNo, manifestHash }) =>
        store.reads.run((db) => manifestEntities(db, systemNo, manifestHash)),
      unregistered: ({ systemNo, runNo }) =>
        store.reads.run((db) => listUnregistered(db, systemNo, runNo)),
    },
    maxEntities: settings.manifestCache,
    metrics,
  });
  const intake = createIntake({
    commit,
    runs: runCache,
    horizon,
    numberUnregistered: (systemId, { systemNo, runNo }, entity) =>
      store.writes.transaction(async (tx) => {
        await lockSystem(tx, systemId);
        return numberUnregistered(tx, { systemNo, runNo, entity });
      }),
    metrics,
  });
  const { questions } = store;
  const activations = createActivationReads({ reads: questions, nowMs });
  const reader = createReader({
    lane: questions,
    activations,
    silentAfterMs: settings.silentAfter,
    nowMs,
  });
  // Watchers have their share while the writers wait for PostgreSQL: what is stored does not wait for who looks on.
  const turns = createTurns({ budgetMs: WATCH_TURNS_MS, isBusy: () => commit.isBusy });
  commit.onLull(turns.lull);
  // Its connection is opened with the first who watches.
  const feed = life.own(
    "feed",
    createFeed({
      read: (work) => questions.run(work),
      connect: (onLost) => store.connect("feed", onLost),
      metrics,
      log: log.child({ room: "feed" }),
      nowMs,
      turns,
    }),
    (opened) => opened.close(),
  );
  const server = life.own(
    "grpc",
    createRpcServer({
      maxStreams: settings.maxStreams,
      reflection: settings.reflection,
      openListener,
    }),
    (opened) => opened.close({ delayMs, drainMs }),
  );
  server.add(
    mainService({
      intake,
      presence,
      runs: {
        async register(run) {
          const registered = await store.writes.transaction((tx) => registerRun(tx, run));
          metrics.runs.inc();
          return registered;
        },
        end: (end) => store.writes.transaction((tx) => endRun(tx, end)),
        async require(systemId, runId) {
          const run = await runCache.get(systemId, runId);
          if (!run) throw unknownRun(systemId, runId);
          return run.runNo;
        },
      },
      oldestMs: () => horizon.bounds.lowerMs,
      drain: server.drain,
      metrics,
      log: log.child({ room: "rpc" }),
      nowMs,
    }),
  );

  server.add(
    readerService({
      reader,
      feed,
      exportActivations: createExport(activations),
      drain: server.drain,
      metrics,
      log: log.child({ room: "rpc" }),
      nowMs,
    }),
  );

  const watch = startLoop(
    async () => {
      problems.splice(0, problems.length, ...findProblems());
      server.setReady(problems.length === 0);
      metrics.lanesWaiting.set({ lane: "writes" }, store.writes.waiting);
      metrics.lanesWaiting.set({ lane: "reads" }, store.reads.waiting);
      metrics.lanesWaiting.set({ lane: "questions" }, questions.waiting);
      return READY_CHECK_MS;
    },
    () => READY_CHECK_MS,
  );
  const firstWriter = deferred<void>();
  commit.onConnection(() => {
    firstWriter.resolve();
    watch.wake();
  });
  // It may have connected while the port was opened.
  if (commit.isConnected) firstWriter.resolve();
  life.own("readiness", watch, async (loop) => {
    await loop.stop();
    problems.splice(0, problems.length, "shutting down");
  });
  // The control plane decides when this is over; /readyz says what is still missing.
  if (settings.xds)
    log.info(settings.grpcListen, "waiting for the listener of the xDS control plane");
  const port = await server.listen(settings.grpcListen);
  watch.wake();
  // "Ready" had better be true; but a database that is away must not keep the server from answering that it is.
  await within(FIRST_WRITER_MS, "the first connection", firstWriter.promise).catch(() => {});
  return { grpc: `${settings.grpcListen.host}:${port}`, ops: ops.address };

  function findProblems(): string[] {
    const found: string[] = [];
    if (server.problem) found.push(server.problem);
    if (!commit.isConnected) found.push("the database can't be reached");
    else if (!horizon.has(nowMs())) {
      found.push("today has no partition: run `slimmer migrate up`, or start `slimmer keeper`");
    }
    return found;
  }
}

async function xdsListener(settings: ServeSettings, env: NodeJS.ProcessEnv): Promise<OpenListener> {
  const problems = xdsSettingsProblems(settings.grpcListen, env);
  if (problems.length > 0) throw new SettingsError(problems);
  return loadXdsListener({ drainMs: settings.drain });
}
