import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach } from "vitest";
import { type Disk, nodeDisk } from "../../../src/client/spool/disk.ts";
import { openSpool } from "../../../src/client/spool/open-spool.ts";
import type {
  Lost,
  NewRecord,
  Spool,
  SpoolSettings,
  StoredItem,
} from "../../../src/client/spool/spool.ts";

export const DOOR_RUN = "0192f0c1-5a77-7000-8000-00000000d00d";
export const BOILER_RUN = "0192f0c1-5a77-7000-8000-00000000b0b0";

type SpoolFolder = {
  dir: string;
  problems: string[];
  damaged: Lost[];
  /** Opens the spool; small segments, so that tests meet many. */
  open(settings?: Partial<SpoolSettings>, disk?: Disk): Promise<Spool>;
  /** Makes the folder look as if its owner had died. */
  crash(dir?: string): Promise<void>;
  /** The files of its segments, in order. */
  segments(): string[];
  path(...names: string[]): string;
};

/** One temporary folder for each test, and what the spools opened in it have told. */
export function spoolFolder(): SpoolFolder {
  const removals = new Set<Promise<void>>();
  const ownDisk: Disk = {
    ...nodeDisk,
    remove(path) {
      const removal = nodeDisk.remove(path).finally(() => removals.delete(removal));
      removals.add(removal);
      return removal;
    },
  };
  const place: SpoolFolder = {
    dir: "",
    problems: [],
    damaged: [],
    open(settings = {}, disk = ownDisk) {
      return openSpool(
        {
          dir: place.dir,
          maxBytes: 1_000_000,
          fsync: "never",
          fsyncIntervalMs: 1_000,
          segmentBytes: 2_000,
          ...settings,
        },
        {
          onProblem: (message) => place.problems.push(message),
          onDamaged: (lost) => place.damaged.push(lost),
        },
        disk,
      );
    },
    async crash(dir = place.dir) {
      for (const file of readdirSync(dir)) {
        if (file.startsWith("lock.")) rmSync(join(dir, file));
      }
      // A real crash would end the deletions that are under way; here they must not meet the next owner.
      await Promise.all(removals);
    },
    segments() {
      return readdirSync(join(place.dir, "segments")).sort();
    },
    path: (...names: string[]) => join(place.dir, ...names),
  };
  beforeEach(() => {
    place.dir = mkdtempSync(join(tmpdir(), "slimmer-spool-"));
    place.problems = [];
    place.damaged = [];
  });
  afterEach(() => rmSync(place.dir, { recursive: true, force: true }));
  return place;
}

/** The n-th record of a test; its size depends on `n` unless it is given. */
export function record(n: number, runId = DOOR_RUN, size = 20 + (n % 7) * 5): NewRecord {
  return {
    runId,
    activationId: `0192f0c1-5a77-7000-8000-${n.toString(16).padStart(12, "0")}`,
    atMs: 1_700_000_000_000 + n,
    bytes: Buffer.from(Array.from({ length: size }, (_, i) => (n * 31 + i * 7) % 256)),
  };
}

/** What makes two records the same. */
export function textOf({ runId, activationId, atMs, bytes }: NewRecord): string {
  return `${runId} ${activationId} ${atMs} ${bytes.toString("hex")}`;
}

/** Takes all that waits, in the order in which it comes. */
export async function takeAll(spool: Spool, room = { items: 500, bytes: 1e9 }) {
  const all: StoredItem[] = [];
  for (;;) {
    const items = await spool.takeOldest(room);
    if (items.length === 0) return all;
    all.push(...items);
  }
}
