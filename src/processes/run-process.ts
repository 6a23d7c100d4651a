import { deferred } from "../kit/deferred.ts";
import { createLifecycle, type Lifecycle } from "../kit/lifecycle.ts";
import { tellParent, whenParentIsGone } from "../supervisor/parent.ts";
import type { Logger } from "../telemetry/logger.ts";
import { EXIT } from "./exit-codes.ts";

/**
 * Starts a process, tells that it is ready, and waits until it is told to stop (SIGTERM, SIGINT, or the end of the parent
 * that holds the other end of its IPC channel); then closes what was opened, in reverse. A start that fails closes what it
 * had opened, and throws. `fail` ends a process that has lost what it lives by. Resolves with the exit code.
 */
export async function runProcess(
  { log, closeMs }: { log: Logger; closeMs: number },
  start: (life: Lifecycle, fail: (reason: string) => void) => Promise<Record<string, string>>,
): Promise<number> {
  const life = createLifecycle({ log, stepMs: closeMs });
  const ending = deferred<{ reason: string; code: number }>();
  const stop = (reason: string) => ending.resolve({ reason, code: EXIT.ok });
  const onSignal = (signal: NodeJS.Signals) => stop(signal);
  process.on("SIGTERM", onSignal);
  process.on("SIGINT", onSignal);
  whenParentIsGone(() => stop("the parent process is gone"));
  const fail = (error: unknown) => {
    log.fatal({ err: error }, "a defect; this process ends");
    ending.resolve({ reason: "defect", code: EXIT.failed });
  };
  process.on("uncaughtException", fail);
  process.on("unhandledRejection", fail);
  try {
    const starting = start(life, (reason) => {
      log.error({ reason }, "this process can't go on");
      ending.resolve({ reason, code: EXIT.failed });
    });
    const addresses = await Promise.race([starting, ending.promise.then(() => undefined)]);
    if (addresses) {
      tellParent({ kind: "ready", addresses });
      log.info({ ...addresses }, "ready");
    }
    const { reason, code } = await ending.promise;
    log.info({ reason }, "stopping");
    await life.close();
    // Told to stop while it started: what that start had still opened is closed as well.
    if (!addresses) await starting.catch(() => {});
    await life.close();
    log.info({}, "stopped");
    return code;
  } catch (error) {
    await life.close();
    throw error;
  } finally {
    process.off("SIGTERM", onSignal);
    process.off("SIGINT", onSignal);
    process.off("uncaughtException", fail);
    process.off("unhandledRejection", fail);
  }
}
