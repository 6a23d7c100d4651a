import { within } from "./within.ts";

/** What a lifecycle tells about itself; pino's loggers fit. */
export type LifecycleLog = {
  info(facts: object, message: string): void;
  error(facts: object, message: string): void;
};

export type Lifecycle = {
  /** Takes over the closing of `thing`, and returns it. Things are closed in reverse order of owning. */
  own<T>(name: string, thing: T, close: (thing: T) => Promise<unknown> | unknown): T;
  /** Closes everything that is open, once; each step gets at most `stepMs`, and a failed step never keeps the next from running. */
  close(): Promise<void>;
};

/**
 * Remembers what a process opened, and closes it in reverse order. A step that hangs is given up after `stepMs`
 * milliseconds and logged, so that closing always ends.
 */
export function createLifecycle({ log, stepMs }: { log: LifecycleLog; stepMs: number }): Lifecycle {
  const steps: { name: string; close: () => Promise<unknown> | unknown }[] = [];
  let closing: Promise<void> | undefined;

  async function closeAll(): Promise<void> {
    for (let step = steps.pop(); step; step = steps.pop()) {
      const startedAt = performance.now();
      try {
        await within(stepMs, `closing ${step.name}`, Promise.resolve(step.close()));
        log.info({ step: step.name, ms: Math.round(performance.now() - startedAt) }, "closed");
      } catch (error) {
        log.error({ step: step.name, err: error }, "could not close; going on");
      }
    }
  }

  return {
    own(name, thing, close) {
      steps.push({ name, close: () => close(thing) });
      return thing;
    },
    close() {
      // What was opened while it closed is closed after that.
      closing = (closing ?? Promise.resolve()).then(closeAll);
      return closing;
    },
  };
}
