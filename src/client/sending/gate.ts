import type { Tell } from "../events.ts";
import { createBackoff } from "./backoff.ts";
import { type Verdict, verdictText } from "./verdict.ts";

/** Shortest wait after a refusal that only somebody else can mend, in milliseconds. */
const HOLD_MS = 1_000;

/**
 * Opens and closes the way to the server for everything that repeats. open → (a call fails) closed for a while → open. Calls that
 * fail together close it once.
 */
export type Gate = {
  readonly isOpen: boolean;
  readonly isConnected: boolean;
  readonly retries: number;
  succeeded(): void;
  /** Resolves when the next attempt is due, or the client stops. `count` activations are to be sent again. */
  failed(verdict: Verdict, count: number): Promise<void>;
  onOpen(listener: () => void): void;
  /** There is more to lose than before, or less: a wait may have to keep the process alive from now on. */
  review(): void;
  /** The network may be back: try at once. */
  hurry(): void;
  stop(): void;
};

export type GateOptions = {
  address: string;
  tell: Tell;
  /** Whether a wait must keep the process alive: something would be lost with it. */
  keepsAlive(): boolean;
  random?: (() => number) | undefined;
};

export function createGate({ address, tell, keepsAlive, random }: GateOptions): Gate {
  const backoff = createBackoff(random);
  let isConnected = false;
  let wasTold = false;
  let heldFor: string | undefined;
  let retries = 0;
  let timer: NodeJS.Timeout | undefined;
  let closed: { promise: Promise<void>; open(): void; until: number } | undefined;
  let onOpen: () => void = () => {};
  let isStopped = false;

  function close(waitMs: number): Promise<void> {
    let resolve!: () => void;
    const promise = new Promise<void>((onResolve) => {
      resolve = onResolve;
    });
    const open = () => {
      clearTimeout(timer);
      closed = undefined;
      resolve();
      onOpen();
    };
    closed = { promise, open, until: 0 };
    wait(waitMs);
    return promise;
  }

  /** From now on; also for those who wait already. */
  function wait(waitMs: number): void {
    if (!closed) return;
    closed.until = performance.now() + waitMs;
    clearTimeout(timer);
    timer = setTimeout(closed.open, waitMs);
    review();
  }

  function review(): void {
    if (!closed || !timer) return;
    if (keepsAlive()) timer.ref();
    else timer.unref();
  }

  function disconnected(message: string): void {
    if (wasTold && !isConnected) return;
    wasTold = true;
    isConnected = false;
    tell("disconnected", { address, message });
  }

  return {
    get isOpen() {
      return closed === undefined;
    },
    get isConnected() {
      return isConnected;
    },
    get retries() {
      return retries;
    },
    succeeded() {
      backoff.reset();
      heldFor = undefined;
      if (isConnected) return;
      isConnected = true;
      wasTold = true;
      tell("connected", { address });
    },
    failed(verdict, count) {
      if (isStopped) return Promise.resolve();
      retries += 1;
      const { status, reason, message, action, retryAfterMs } = verdict;
      const isHeld = action === "hold" || action === "fall back";
      const text = verdictText(verdict);
      if (isHeld && heldFor !== status) {
        heldFor = status;
        tell("problem", { what: "access", message: `no access to ${address}: ${text}` });
      }
      // slimmer's own refusals come over a connection that works.
      if (!verdict.isSlimmers || reason === "SHUTTING_DOWN") disconnected(text);
      const wish = retryAfterMs ?? (isHeld ? HOLD_MS : 0);
      const leftMs = closed ? closed.until - performance.now() : 0;
      const waitMs = closed ? Math.max(leftMs, wish) : backoff.nextMs(wish);
      tell("retried", { status, reason, message, count, waitMs: Math.round(waitMs) });
      if (!closed) return close(waitMs);
      // Opened first, it would let everybody through for a moment.
      if (wish > leftMs) wait(wish);
      return closed.promise;
    },
    review,
    onOpen(listener) {
      onOpen = listener;
    },
    hurry() {
      backoff.reset();
      closed?.open();
    },
    stop() {
      isStopped = true;
      onOpen = () => {};
      closed?.open();
    },
  };
}
