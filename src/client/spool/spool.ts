import type { FsyncPolicy } from "../options.ts";
import type { RunRecord } from "../outbox/run-record.ts";

export type SpoolSettings = {
  readonly dir: string;
  /** Bound of all segments together. Dead letters and run files come on top. */
  readonly maxBytes: number;
  readonly fsync: FsyncPolicy;
  readonly fsyncIntervalMs: number;
  /** Size at which a new segment begins. Default: an eighth of maxBytes, 1 MiB at most. */
  readonly segmentBytes?: number;
};

export type SpoolHooks = {
  /** The disk began to fail, or works again: a sentence. Told once per change. */
  onProblem(message: string): void;
  /** Records that were accepted can't be read any more. At least `count`; the times are those of what lies around them. */
  onDamaged(lost: Lost): void;
};

/** Activations that are gone: how many, and between which times they were fired (Unix milliseconds). */
export type Lost = { readonly count: number; readonly fromMs: number; readonly toMs: number };

export type NewRecord = {
  /** UUIDs in lower case. */
  readonly runId: string;
  readonly activationId: string;
  readonly atMs: number;
  readonly bytes: Buffer;
};

/** A record that was taken from disk. `bytes` is a slice of a larger buffer. */
export type StoredItem = NewRecord & { readonly no: number };

export type Appended =
  | { readonly saved: true; readonly no: number }
  /** "full": maxBytes would be passed. "disk": the disk refuses; it is tried again by later appends. */
  | { readonly saved: false; readonly why: "full" | "disk" };

/** What `dropOldest` gave up. */
export type Dropped = Lost & {
  /** How many of the lost (on disk only) belonged to which run. */
  readonly runs: readonly { readonly runId: string; readonly count: number }[];
  /** Records that are in memory, and have no copy on disk any more. */
  readonly taken: readonly number[];
};

/**
 * A folder of segments on disk, of which this process is the only owner. Each record is in one of three states: waiting
 * (on disk only), taken (in memory as well), settled (never needed again; settled records are gone with their segment).
 * A new record is taken, one that an earlier process left is waiting.
 */
export type Spool = {
  /** Synchronous; microseconds, but for the policy "record". Numbers ascend by 1 over the life of the open spool; recovered records come first. */
  append(record: NewRecord): Appended;
  /** These are in memory no longer: they wait on disk. */
  release(nos: readonly number[]): void;
  /**
   * The oldest that wait, all of one run, marked as taken: at least one, at most `room`, at most 1,000. [] when none
   * waits, or when the disk can't be read for now (then `waiting` is not 0). Never rejects.
   */
  takeOldest(room: { items: number; bytes: number }): Promise<StoredItem[]>;
  /** Delivered, refused, or dropped. A segment without a needed record is deleted. Unknown numbers are ignored. */
  settle(nos: readonly number[]): void;
  /** Whether the record is on disk and needed. What was taken may have lost its copy to `dropOldest` before the caller of `takeOldest` went on. */
  has(no: number): boolean;
  /** Gives up the oldest segment to make room. Undefined when there is none. */
  dropOldest(): Dropped | undefined;
  /** Records that are on disk only. */
  readonly waiting: number;
  /** The size of all segments. */
  readonly bytes: number;
  /** Records can't be written, read, or forced to the disk for now. */
  readonly isDiskFailing: boolean;
  /** The runs that still have records, with how many. A copy, made at each call. */
  readonly runIds: ReadonlyMap<string, number>;
  /** Forces everything to the disk, whatever the policy. Never rejects: what goes wrong is told to onProblem. */
  sync(): Promise<void>;
  /** Syncs and lets go of the folder. Later calls do nothing; `append` answers "disk". Never rejects. */
  close(): Promise<void>;
  readonly runs: {
    /** Replaces the run's file at once; when the disk refuses, it is tried again when it works, and when the spool is closed. */
    save(record: RunRecord): void;
    remove(runId: string): void;
    /** Oldest first. */
    all(): RunRecord[];
  };
  readonly deadLetters: {
    /** One line of JSON. */
    append(entry: object): void;
  };
  readonly state: {
    /** The small JSON file `<name>.json`; undefined when there is none that can be read. */
    read<T>(name: string): T | undefined;
    write(name: string, value: unknown): void;
  };
};
