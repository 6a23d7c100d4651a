import type { KeeperSettings } from "../config/settings.ts";
import { startFolder } from "../ingest/folder.ts";
import { systemClock } from "../kit/clock.ts";
import { within } from "../kit/within.ts";
import { openStore } from "../store/open.ts";
import { databaseConfig } from "../store/pg-config.ts";
import { requireDatabase } from "../store/require-database.ts";
import type { Logger } from "../telemetry/logger.ts";
import { createMetrics } from "../telemetry/metrics.ts";
import { startOpsServer } from "../telemetry/ops-server.ts";
import { startLeader } from "../upkeep/leader.ts";
import { runUpkeep } from "../upkeep/upkeep.ts";
import { version } from "../version.ts";
import { runProcess } from "./run-process.ts";

const CLOSE_MS = 15_000;
const FIRST_ROUND_MS = 5_000;
/** Dropping a large partition, or making ninety of them, takes longer than a call may. */
const UPKEEP_STATEMENT_MS = 10 * 60_000;

/** `slimmer keeper`: upkeep, done by one of any number. Resolves with the exit code when it was told to stop. */
export function keeper(settings: KeeperSettings, log: Logger): Promise<number> {
  return runProcess({ log, closeMs: CLOSE_MS }, async (life) => {
    const metrics = createMetrics();
    metrics.buildInfo.set({ version, process: "keeper" }, 1);
    let readiness = () => ["starting"];
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
        connection: {
          ...connection,
          statement_timeout: UPKEEP_STATEMENT_MS,
          query_timeout: UPKEEP_STATEMENT_MS + 2_000,
        },
        program: `keeper ${version}`,
        poolSize: 2,
        waitMs: settings.databaseTimeout,
        log,
      }),
      (opened) => opened.close(),
    );
    life.own(
      "folder",
      startFolder({
        connect: (onLost) => store.connect("keeper folder", onLost),
        intervalMs: settings.foldInterval,
        feed: { retentionMs: settings.feedRetention, maxBytes: settings.feedMaxBytes },
        metrics,
        log: log.child({ room: "folder" }),
      }),
      (folder) => folder.close(),
    );
    const leader = life.own(
      "leader",
      startLeader({
        connect: (onLost) => store.connect("keeper", onLost),
        work: (client) =>
          runUpkeep(client, {
            retentionMs: settings.retention,
            rollupRetentionMs: settings.rollupRetention,
            nowMs: systemClock.nowMs,
            metrics,
            log,
          }),
        intervalMs: settings.upkeepInterval,
        onChange: (isLeader) => metrics.keeperLeader.set(isLeader ? 1 : 0),
        log: log.child({ room: "leader" }),
      }),
      (started) => started.close(),
    );
    readiness = () => (leader.isConnected ? [] : ["the database can't be reached"]);
    // "Ready" had better be true; but a database that is away must not keep the keeper from saying so.
    await within(FIRST_ROUND_MS, "the first round", leader.firstRound).catch(() => {});
    return { ops: ops.address };
  });
}
