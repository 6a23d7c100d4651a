import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { EDGE_KEYS, type Settings } from "../config/settings.ts";
import { hasForeignCertificate, makeCertificate } from "../edge/certificate.ts";
import { drainEnvoy } from "../edge/drain.ts";
import { EdgeError } from "../edge/edge-error.ts";
import { findEnvoy, requireEnvoyVersion, startEnvoy } from "../edge/envoy.ts";
import { renderEdge } from "../edge/render.ts";
import type { Logger } from "../telemetry/logger.ts";
import { addressText } from "./child-env.ts";
import { createChildRecord } from "./child-record.ts";
import { runProcess } from "./run-process.ts";

export const EDGE_RUN_KEYS = [...EDGE_KEYS, "drainDelay", "logLevel"] as const;
export type EdgeRunSettings = Settings<(typeof EDGE_RUN_KEYS)[number]>;

const CLOSE_MS = 15_000;
/** An Envoy whose guardian was killed does not end by itself. */
const LEFTOVER_PATIENCE_MS = 0;

/**
 * `slimmer edge run`: the Envoy of `path` (a PATH) with this configuration, for as long as this process runs; where there
 * is no certificate, with one of a development CA. Resolves with the exit code.
 */
export function edgeRun(settings: EdgeRunSettings, path: string, log: Logger): Promise<number> {
  const { edgeDrain: maxMs, drainDelay: delayMs, edgeAdminListen: admin } = settings;
  const closeMs = Math.max(maxMs, delayMs) + CLOSE_MS;
  return runProcess({ log, closeMs }, async (life, fail) => {
    const binary = await findEnvoy(path);
    if (!binary) throw new EdgeError("there is no envoy on the PATH");
    await requireEnvoyVersion(binary);
    const configDir = settings.edgeConfigDir ?? "";
    await mkdir(configDir, { recursive: true });
    const tlsDir = settings.edgeTlsDir ?? "";
    if (!(await hasForeignCertificate(tlsDir))) {
      const names = certificateNames(settings);
      const { isNew } = await makeCertificate({
        dir: tlsDir,
        names,
        renew: false,
        nowMs: Date.now(),
      });
      if (isNew) log.info({ names }, "made a development certificate");
    }
    const bootstrap = await renderEdge(settings);

    const record = createChildRecord(join(configDir, "envoy.pid"), LEFTOVER_PATIENCE_MS);
    await record.endLeftovers((pids) => log.warn({ pids }, "ending an Envoy that was left behind"));
    const stats = settings.edgeStatsListen;
    const envoy = await startEnvoy({ binary, bootstrap, stats, drainMs: maxMs });
    record.note(envoy.pid);
    let isWanted = true;
    life.own("Envoy", envoy, async (running) => {
      isWanted = false;
      await drainEnvoy({ admin, delayMs, maxMs, log });
      await running.stop();
      record.clear();
    });
    envoy.ended.then((end) => {
      if (isWanted) fail(`Envoy ended (${end.signal ?? `exit code ${end.code}`})`);
    });
    return { https: addressText(settings.edgeListen), stats: addressText(stats) };
  });
}

/** What the development certificate covers. */
export function certificateNames(
  settings: Pick<EdgeRunSettings, "edgeGrpcHosts" | "edgeWebHosts" | "edgeDeviceHosts">,
  more: readonly string[] = [],
): string[] {
  const { edgeGrpcHosts, edgeWebHosts, edgeDeviceHosts } = settings;
  const hosts = [...edgeGrpcHosts, ...edgeWebHosts, ...edgeDeviceHosts];
  return [...new Set([...hosts, ...more, "localhost", "127.0.0.1"])];
}
