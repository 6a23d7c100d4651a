import { fileURLToPath } from "node:url";
import { setFlagsFromString } from "node:v8";
import type { WebSettings } from "../config/settings.ts";
import { systemClock } from "../kit/clock.ts";
import type { Lifecycle } from "../kit/lifecycle.ts";
import { createActivationReads } from "../reading/activations/create-activation-reads.ts";
import { createReader } from "../reading/create-reader.ts";
import { createExport } from "../reading/export/export-activations.ts";
import { createFeed } from "../reading/feed/feed.ts";
import { createLane } from "../store/lane.ts";
import { openStore } from "../store/open.ts";
import { databaseConfig } from "../store/pg-config.ts";
import { requireDatabase } from "../store/require-database.ts";
import type { Logger } from "../telemetry/logger.ts";
import { createMetrics } from "../telemetry/metrics.ts";
import { startOpsServer } from "../telemetry/ops-server.ts";
import { version } from "../version.ts";
import { compressPage, loadPage } from "../web/page.ts";
import { startWeb } from "../web/server.ts";
import { startDatabaseWatch } from "./database-watch.ts";
import { runProcess } from "./run-process.ts";

const CLOSE_MS = 15_000;
/** Questions that wait for a connection; answers are shared, so these are different ones. */
const MAX_WAITING = 500;

/**
 * How far the old generation may grow past what was alive in it before it is collected, percent. V8 lets it grow threefold
 * where a program is busy; an export passes rows through, and holding a hundred megabytes of those that are gone makes it
 * no faster (docs/performance.md).
 */
const HEAP_GROWING_PERCENT = 50;

/** What the build makes of src/dashboard, beside what it makes of this file. */
const PAGE_FOLDER = fileURLToPath(new URL("../../dist/dashboard", import.meta.url));

/**
 * `slimmer web`: the dashboard, and the reading half of the JSON API. Told to stop, it says so at `/readyz`, answers on for the
 * drain delay, and closes. Resolves with the exit code then.
 */
export function web(settings: WebSettings, log: Logger): Promise<number> {
  setFlagsFromString(`--heap-growing-percent=${HEAP_GROWING_PERCENT}`);
  const closeMs = settings.drainDelay + CLOSE_MS;
  return runProcess({ log, closeMs }, (life) => openWeb(life, settings, log));
}

/** Everything that `web` consists of; `life` closes it. Resolves with the addresses once it can answer. */
export async function openWeb(
  life: Lifecycle,
  settings: WebSettings,
  log: Logger,
  pageFolder = PAGE_FOLDER,
): Promise<{ http: string; ops: string }> {
  const metrics = createMetrics();
  metrics.buildInfo.set({ version, process: "web" }, 1);
  let readiness = (): readonly string[] => ["starting"];
  const ops = life.own(
    "ops",
    await startOpsServer(settings.opsListen, { metrics, readiness: () => readiness() }),
    (server) => server.close(),
  );
  const connection = databaseConfig(settings);
  const { signal } = life.own("start", new AbortController(), (start) => start.abort());
  await requireDatabase(connection, { waitMs: settings.databaseWait, signal, log });
  const store = life.own(
    "store",
    openStore({
      connection,
      program: `web ${version}`,
      poolSize: settings.databasePool,
      waitMs: settings.databaseTimeout,
      log,
    }),
    (opened) => opened.close(),
  );
  // Nobody stores anything here: the whole pool is for questions.
  const questions = createLane({
    pool: store.pool,
    width: settings.databasePool,
    maxWaiting: MAX_WAITING,
    waitMs: settings.databaseTimeout,
  });
  const database = life.own(
    "database watch",
    startDatabaseWatch({
      lane: questions,
      onLook: () => metrics.lanesWaiting.set({ lane: "questions" }, questions.waiting),
    }),
    (watch) => watch.stop(),
  );
  const { nowMs } = systemClock;
  const activations = createActivationReads({ reads: questions, nowMs });
  const reader = createReader({
    lane: questions,
    activations,
    silentAfterMs: settings.silentAfter,
    nowMs,
  });
  const feed = life.own(
    "feed",
    createFeed({
      read: (work) => questions.run(work),
      connect: (onLost) => store.connect("feed", onLost),
      metrics,
      log: log.child({ room: "feed" }),
      nowMs,
    }),
    (opened) => opened.close(),
  );
  const page = await loadPage(pageFolder);
  if (!page.isBuilt) log.warn({ folder: pageFolder }, "the dashboard is not built");
  await compressPage(page);
  const server = life.own(
    "web",
    await startWeb(settings.webListen, {
      reader,
      feed,
      exportActivations: createExport(activations),
      page,
      readiness: () => readiness(),
      metrics,
      log: log.child({ room: "web" }),
    }),
    (started) => started.close({ delayMs: settings.drainDelay }),
  );

  await database.firstLook;
  readiness = () => database.problems;
  life.own("readiness", database, (watch) => {
    readiness = () => ["shutting down"];
    // The drain delay does not wait for a database that hangs; the store will, once all else is closed.
    void watch.stop();
  });
  return { http: server.address, ops: ops.address };
}
