import type { Settings } from "../config/settings.ts";
import { drainEnvoy } from "../edge/drain.ts";
import type { Logger } from "../telemetry/logger.ts";
import { runProcess } from "./run-process.ts";

export const EDGE_DRAIN_KEYS = ["edgeAdminListen", "edgeDrain", "drainDelay", "logLevel"] as const;

const CLOSE_MS = 15_000;

/**
 * `slimmer edge drain`: runs beside an Envoy and does nothing until it is told to stop; then it drains that Envoy, and ends.
 * Whoever runs the two stops Envoy after it.
 */
export function edgeDrain(
  settings: Settings<(typeof EDGE_DRAIN_KEYS)[number]>,
  log: Logger,
): Promise<number> {
  const { edgeAdminListen: admin, edgeDrain: maxMs, drainDelay: delayMs } = settings;
  const closeMs = Math.max(maxMs, delayMs) + CLOSE_MS;
  return runProcess({ log, closeMs }, async (life) => {
    // What keeps the event loop turning meanwhile.
    const rest = setInterval(() => {}, 3_600_000);
    life.own("Envoy", rest, async (timer) => {
      clearInterval(timer);
      await drainEnvoy({ admin, delayMs, maxMs, log });
    });
    return {};
  });
}
