import type { Socket } from "node:net";

/** The rule that bytes travel by now; one for each direction of a proxy, shared by its connections. */
export type Road = {
  isStalled: boolean;
  delayMs: number;
  /** Of each connection. */
  bytesPerSecond: number;
  /** So many bytes more, and the connection that carries the last of them is cut. */
  bytesLeft: number;
};

/** One direction of one connection of a fault proxy. */
export type Lane = {
  /** Looks at the road again: it may have changed. */
  pump(): void;
  close(): void;
};

/** What waits to go on: bytes, or how the sender has ended. Both travel by the same rules. */
type Parcel = { bytes: Buffer; arrivedAt: number } | { end: "half" | "reset"; arrivedAt: number };

/** What a lane holds before the sender has to wait, as a network with little in its buffers. */
const MAX_HELD_BYTES = 256 * 1024;
/** The grain of a throttled lane. */
const GRAIN_MS = 20;

export function freeRoad(): Road {
  return {
    isStalled: false,
    delayMs: 0,
    bytesPerSecond: Number.POSITIVE_INFINITY,
    bytesLeft: Number.POSITIVE_INFINITY,
  };
}

/** Carries what comes from one socket to the other, when the road lets it. */
export function createLane({ from, to, road }: { from: Socket; to: Socket; road: Road }): Lane {
  const waiting: Parcel[] = [];
  let heldBytes = 0;
  /** When a throttled lane is free for the next bytes. */
  let freeAt = 0;
  let isFull = false;
  let timer: NodeJS.Timeout | undefined;

  function take(parcel: Parcel): void {
    waiting.push(parcel);
    pump();
  }

  function pump(): void {
    clearTimeout(timer);
    while (waiting.length > 0 && !road.isStalled && !isFull) {
      const [parcel] = waiting as [Parcel];
      const dueAt = Math.max(parcel.arrivedAt + road.delayMs, freeAt);
      const now = performance.now();
      if (dueAt > now) {
        timer = setTimeout(pump, dueAt - now);
        break;
      }
      if ("end" in parcel) {
        waiting.shift();
        if (parcel.end === "half") to.end();
        else to.resetAndDestroy();
      } else carry(parcel, now);
    }
    if (heldBytes > MAX_HELD_BYTES) from.pause();
    else if (from.isPaused()) from.resume();
  }

  /** As much of the parcel as may go now. */
  function carry(parcel: { bytes: Buffer }, now: number): void {
    const grain = Math.max(1, Math.floor((road.bytesPerSecond * GRAIN_MS) / 1_000));
    const piece = parcel.bytes.subarray(0, Math.min(grain, road.bytesLeft));
    if (piece.length === parcel.bytes.length) waiting.shift();
    else parcel.bytes = parcel.bytes.subarray(piece.length);
    heldBytes -= piece.length;
    freeAt = now + (piece.length / road.bytesPerSecond) * 1_000;
    road.bytesLeft -= piece.length;
    if (road.bytesLeft <= 0) {
      road.bytesLeft = Number.POSITIVE_INFINITY;
      waiting.length = 0;
      to.write(piece, () => to.destroy());
      from.destroy();
      return;
    }
    if (to.destroyed || to.write(piece)) return;
    isFull = true;
    to.once("drain", () => {
      isFull = false;
      pump();
    });
  }

  from.on("data", (bytes: Buffer) => {
    heldBytes += bytes.length;
    take({ bytes, arrivedAt: performance.now() });
  });
  from.on("end", () => take({ end: "half", arrivedAt: performance.now() }));
  from.on("error", () => take({ end: "reset", arrivedAt: performance.now() }));
  // Nobody is left to write to.
  to.once("close", () => from.resume());
  from.once("close", () => {
    if (!from.readableEnded) take({ end: "reset", arrivedAt: performance.now() });
  });

  return { pump, close: () => clearTimeout(timer) };
}
