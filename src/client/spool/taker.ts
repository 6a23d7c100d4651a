import { join } from "node:path";
import type { Condition } from "./condition.ts";
import { type Disk, errorCode } from "./disk.ts";
import { activationAt, activationIdAt, recordEnd, seedOf, timeAt } from "./format.ts";
import type { Ledger, Segment } from "./ledger.ts";
import type { Lost, StoredItem } from "./spool.ts";

/** A piece of a segment in memory. */
type Piece = {
  readonly segment: Segment;
  readonly from: number;
  /** Where it should end; `bytes` end before where the disk has no more. */
  readonly to: number;
  readonly bytes: Buffer;
};

/** Enough for 1,000 activations of usual size; what is handed out keeps all of it in memory. */
const PIECE_BYTES = 256 * 1_024;
/** More at once would keep the event loop for longer than a millisecond or two. */
const MOST_ITEMS = 1_000;

export type Taker = ReturnType<typeof createTaker>;

/** Takes waiting records from disk, the oldest first, by reading pieces of their segments. */
export function createTaker({
  folder,
  disk,
  ledger,
  condition,
  settle,
  onLost,
}: {
  folder: string;
  disk: Disk;
  ledger: Ledger;
  condition: Condition;
  settle: (nos: readonly number[]) => void;
  onLost: (file: string, lost: Lost) => void;
}) {
  let piece: Piece | undefined;
  let last: Promise<unknown> = Promise.resolve();
  let isStopped = false;

  /** One after the other: two at once would read the same piece. */
  function takeOldest(room: { items: number; bytes: number }): Promise<StoredItem[]> {
    const taking = last.then(() => take(room));
    last = taking;
    return taking;
  }

  async function take(room: { items: number; bytes: number }): Promise<StoredItem[]> {
    for (;;) {
      const segment = isStopped ? undefined : ledger.oldestWaiting();
      if (!segment) {
        piece = undefined;
        return [];
      }
      const first = ledger.nextWaiting(segment, 0);
      if (!covers(piece, segment, first)) {
        try {
          piece = await readPiece(segment, first);
          condition.worked();
        } catch (error) {
          condition.failed(error);
          return [];
        }
        // Meanwhile the segment may have been dropped, or the record settled: look again.
        continue;
      }
      const items = takeFrom(piece as Piece, first, room);
      if (items.length > 0) return items;
    }
  }

  async function readPiece(segment: Segment, first: number): Promise<Piece> {
    const from = segment.offsets[first] as number;
    const end = slotEnd(segment, first);
    const to = Math.max(end, Math.min(segment.bytes, from + PIECE_BYTES));
    try {
      return { segment, from, to, bytes: await read(segment, from, to) };
    } catch (error) {
      const code = errorCode(error);
      // The file is gone, so all of it is; of a piece with a bad block, only what can't be read by itself.
      if (code === "ENOENT") return { segment, from, to: segment.bytes, bytes: Buffer.alloc(0) };
      if (code !== "EIO") throw error;
      const bytes = await read(segment, from, end).catch(() => Buffer.alloc(0));
      return { segment, from, to: end, bytes };
    }
  }

  function read(segment: Segment, from: number, to: number): Promise<Buffer> {
    return disk.read(join(folder, segment.file), from, to - from);
  }

  /** Without a turn of the event loop: what is marked as taken is handed out. */
  function takeFrom(
    { segment, from, to, bytes }: Piece,
    first: number,
    room: { items: number; bytes: number },
  ): StoredItem[] {
    const runId = ledger.runIdOf(segment, first);
    const seed = seedOf(segment.file);
    const items: StoredItem[] = [];
    const lost: number[] = [];
    const mostItems = Math.min(room.items, MOST_ITEMS);
    let left = room.bytes;
    for (let index = first; index >= 0; index = ledger.nextWaiting(segment, index + 1)) {
      if (slotEnd(segment, index) > to) break;
      if (ledger.runIdOf(segment, index) !== runId) continue;
      const at = (segment.offsets[index] as number) - from;
      const end = recordEnd(bytes, at, seed, from);
      const no = segment.firstNo + index;
      if (end === 0) {
        lost.push(no);
        continue;
      }
      const activation = activationAt(bytes, at, end);
      if (items.length > 0 && (items.length >= mostItems || activation.length > left)) break;
      left -= activation.length;
      items.push(new TakenItem(no, runId, bytes, at, end));
      ledger.take(segment, index);
    }
    if (lost.length > 0) {
      const { file, fromMs, toMs } = segment;
      // Before it is told: whoever hears of it finds the records gone.
      settle(lost);
      onLost(file, { count: lost.length, fromMs, toMs });
    }
    return items;
  }

  return {
    takeOldest,
    /** Resolves when nothing is being read any more; from now on nothing is. */
    stop(): Promise<unknown> {
      isStopped = true;
      return last;
    },
  };
}

/** Reads its parts when they are asked for: of all that is under way in a long backlog, ids and slices would be most of the memory. */
class TakenItem implements StoredItem {
  readonly no: number;
  readonly runId: string;
  readonly atMs: number;
  readonly #piece: Buffer;
  readonly #at: number;
  readonly #end: number;

  constructor(no: number, runId: string, piece: Buffer, at: number, end: number) {
    this.no = no;
    this.runId = runId;
    this.atMs = timeAt(piece, at);
    this.#piece = piece;
    this.#at = at;
    this.#end = end;
  }

  get bytes(): Buffer {
    return activationAt(this.#piece, this.#at, this.#end);
  }

  get activationId(): string {
    return activationIdAt(this.#piece, this.#at);
  }
}

function covers(piece: Piece | undefined, segment: Segment, index: number): boolean {
  return (
    piece?.segment === segment &&
    (segment.offsets[index] as number) >= piece.from &&
    slotEnd(segment, index) <= piece.to
  );
}

/** Where the next record begins: the record ends there, or before it where a damaged one follows. */
function slotEnd(segment: Segment, index: number): number {
  return index + 1 < segment.count ? (segment.offsets[index + 1] as number) : segment.bytes;
}
