import type { SendingMode } from "../options.ts";

export type Mode = "stream" | "batch" | "single";

const LADDER: readonly Mode[] = ["stream", "batch", "single"];

/** A server that has been upgraded is noticed after this. */
const AGAIN_MS = 10 * 60_000;
/** Streams that break before an acknowledgement: something on the way does not let them through. */
const BROKEN_STREAMS = 3;
const WITHOUT_STREAM_MS = 60_000;

/**
 * How activations travel: the best that the server has. stream → batch → single, when the server does not know a method;
 * after ten minutes from the beginning. A stream that keeps breaking gives way to batches for a minute.
 */
export function createModes({
  sending,
  isBalanced,
  monoMs,
}: {
  sending: SendingMode;
  /** Each call may go to another server: a stream would stay with one. */
  isBalanced: boolean;
  monoMs(): number;
}) {
  const first: Mode = sending !== "auto" ? sending : isBalanced ? "batch" : "stream";
  let mode = first;
  let againAt = Number.POSITIVE_INFINITY;
  let broken = 0;
  /** The stream has given way to batches. */
  let isAside = false;

  function begin(): void {
    mode = first;
    isAside = false;
    againAt = Number.POSITIVE_INFINITY;
  }

  return {
    get mode(): Mode {
      if (monoMs() >= againAt) begin();
      return mode;
    },
    /** The server does not know the method of `used`. False when there is nothing left to try. */
    fallBack(used: Mode): boolean {
      if (sending !== "auto" || used === "single") return false;
      // Others under way have learned more.
      if (LADDER.indexOf(used) < LADDER.indexOf(mode)) return true;
      isAside = false;
      mode = used === "stream" ? "batch" : "single";
      againAt = monoMs() + AGAIN_MS;
      return true;
    },
    streamBroke(): void {
      broken += 1;
      if (broken < BROKEN_STREAMS || sending !== "auto" || mode !== "stream") return;
      broken = 0;
      mode = "batch";
      isAside = true;
      againAt = monoMs() + WITHOUT_STREAM_MS;
    },
    /** Batches do no better: it was not the stream. */
    batchBroke(): void {
      if (isAside) begin();
    },
    streamWorks(): void {
      broken = 0;
    },
  };
}

export type Modes = ReturnType<typeof createModes>;
