import { type BackoffOptions, createBackoff } from "../kit/backoff.ts";
import { deferred } from "../kit/deferred.ts";
import { TimeoutError, within } from "../kit/within.ts";
import { type Child, type ChildEnd, type ChildOptions, startChild } from "./child.ts";
import type { ReadyMessage } from "./parent.ts";

/** The child does not work, and starting it again would change nothing. */
export class GivenUp extends Error {
  override readonly name = "GivenUp";
  readonly exitCode: number;
  constructor(name: string, why: string, end: ChildEnd) {
    super([`${name} ${why}:`, ...end.lastLines.map((line) => `  ${line}`)].join("\n"));
    this.exitCode = isFinal(end) ? (end.code as number) : 1;
  }
}

export type SupervisorLog = {
  info(facts: object, message: string): void;
  warn(facts: object, message: string): void;
};

export type SupervisorOptions = ChildOptions & {
  log: SupervisorLog;
  /** How long one start may take; a child that is later is killed, and counts as ended. */
  readyMs?: number;
  /** How often it may fail before it was ready for the first time. */
  firstAttempts?: number;
  backoff?: BackoffOptions;
  /** A child that did its work for so long is in good health: its next wait is short again. */
  steadyMs?: number;
  /** Told the pid of each child that is started. */
  onStart?: (pid: number) => void;
};

export type Supervised = {
  /** Settles when the child is ready for the first time; rejects with GivenUp, or when it is stopped before. */
  readonly ready: Promise<ReadyMessage>;
  /** Rejects with GivenUp when it is given up, and never settles otherwise. */
  readonly givenUp: Promise<never>;
  /** Ends it for good: SIGTERM, and SIGKILL after `ms` milliseconds. May be called more than once. */
  stop(ms: number): Promise<void>;
  /** Ends it for good, at once. */
  kill(): void;
};

/** Wrong settings, and a schema that is too old or too new: the same start would end the same way. */
const FINAL_CODES = [2, 3];

/**
 * Keeps one child running.
 *
 * starting → (it says that it is ready) ready → (it ends) waiting → (the back-off is over) starting → …
 * starting → (it ends, or is not ready within `readyMs` and is killed) waiting.
 * From starting and ready, an end with a final exit code leads to given up; so does failing `firstAttempts` times without
 * ever having been ready. From every state, `stop` and `kill` lead to stopped, where nothing is started any more. Given up and
 * stopped are the ends.
 */
export function supervise(options: SupervisorOptions): Supervised {
  const { name, log, readyMs = 60_000, firstAttempts = 3, steadyMs = 60_000, onStart } = options;
  const backoff = createBackoff(options.backoff ?? { minMs: 500, maxMs: 30_000 });
  const ready = deferred<ReadyMessage>();
  const givenUp = deferred<never>();
  // Whoever does not look at one of them still learns it from the other.
  ready.promise.catch(() => undefined);
  givenUp.promise.catch(() => undefined);

  const stopped = new AbortController();
  let child: Child | undefined;
  const running = keepRunning();

  async function keepRunning(): Promise<void> {
    let wasReady = false;
    for (let attempt = 1; !stopped.signal.aborted; attempt += 1) {
      const { end, readyForMs } = await runOnce();
      if (stopped.signal.aborted) break;
      wasReady ||= readyForMs !== undefined;
      if (isFinal(end)) return giveUp(new GivenUp(name, "does not start", end));
      if (!wasReady && attempt >= firstAttempts) {
        return giveUp(
          new GivenUp(
            name,
            attempt === 1 ? "did not start" : `did not start in ${attempt} attempts`,
            end,
          ),
        );
      }
      if (readyForMs !== undefined && readyForMs >= steadyMs) backoff.reset();
      const waitMs = backoff.nextMs();
      const { code, signal } = end;
      log.warn({ child: name, code, signal, waitMs }, "a process ended; it is started again");
      await pause(waitMs, stopped.signal);
    }
    ready.reject(new Error(`${name} was stopped before it was ready`));
  }

  /** One life of the child: how it ended, and how long it did its work before, if it ever did. */
  async function runOnce(): Promise<{ end: ChildEnd; readyForMs: number | undefined }> {
    const current = startChild(options);
    child = current;
    if (current.pid !== undefined) onStart?.(current.pid);
    let readyAt: number | undefined;
    const begun = current.ready.then((message) => {
      readyAt = performance.now();
      log.info({ child: name, pid: current.pid, ...message.addresses }, "a process is ready");
      ready.resolve(message);
    });
    await within(readyMs, `starting ${name}`, Promise.race([begun, current.ended])).catch(
      (error) => {
        if (!(error instanceof TimeoutError)) throw error;
        log.warn({ child: name, readyMs }, "a process did not get ready in time; it is killed");
        current.kill();
      },
    );
    const end = await current.ended;
    return { end, readyForMs: readyAt === undefined ? undefined : performance.now() - readyAt };
  }

  function giveUp(error: GivenUp): void {
    ready.reject(error);
    givenUp.reject(error);
  }

  return {
    ready: ready.promise,
    givenUp: givenUp.promise,
    async stop(ms) {
      stopped.abort();
      await child?.stop(ms);
      await running;
    },
    kill() {
      stopped.abort();
      child?.kill();
    },
  };
}

function isFinal(end: ChildEnd): boolean {
  return end.code !== null && FINAL_CODES.includes(end.code);
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const end = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal.addEventListener("abort", end);
  });
}
