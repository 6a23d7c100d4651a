import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  activationAt,
  activationIdAt,
  HEADER_BYTES,
  RECORD_OVERHEAD,
  recordEnd,
  runIdAt,
  seedOf,
  timeAt,
} from "../../../src/client/spool/format.ts";
import { scanSegment } from "../../../src/client/spool/scan.ts";
import type { NewRecord } from "../../../src/client/spool/spool.ts";
import { BOILER_RUN, DOOR_RUN, record, spoolFolder, takeAll, textOf } from "./spool-folder.ts";

const place = spoolFolder();
const RECORDS = Array.from({ length: 14 }, (_, n) =>
  record(n, n % 5 === 4 ? BOILER_RUN : DOOR_RUN),
);
/** Where each of them ends. */
const ENDS = RECORDS.map((_, n) =>
  RECORDS.slice(0, n + 1).reduce(
    (end, { bytes }) => end + RECORD_OVERHEAD + bytes.length,
    HEADER_BYTES,
  ),
);

/** A segment with RECORDS in it, as a spool writes it. */
async function writeSegment(): Promise<{ file: string; bytes: Buffer }> {
  const spool = await place.open({ segmentBytes: 100_000 });
  for (const one of RECORDS) spool.append(one);
  await spool.close();
  const [file] = place.segments() as [string];
  return { file, bytes: readFileSync(place.path("segments", file)) };
}

async function scanned(file: string, bytes: Buffer) {
  const { offsets, damaged } = await scanSegment(file, bytes);
  const records = [...offsets].map((at): NewRecord => {
    const end = recordEnd(bytes, at, seedOf(file));
    return {
      runId: runIdAt(bytes, at),
      activationId: activationIdAt(bytes, at),
      atMs: timeAt(bytes, at),
      bytes: activationAt(bytes, at, end),
    };
  });
  return { texts: records.map(textOf), damaged };
}

/** Puts `bytes` where an earlier process may have left them, and starts. */
async function startedWith(file: string, bytes: Buffer) {
  rmSync(place.path("segments"), { recursive: true });
  rmSync(place.path("damaged.json"), { force: true });
  mkdirSync(place.path("segments"));
  writeFileSync(place.path("segments", file), bytes);
  const spool = await place.open();
  // Each take is of one run: by number, the order is that of accepting.
  const items = (await takeAll(spool)).sort((a, b) => a.no - b.no);
  const texts = items.map(textOf);
  await spool.close();
  return texts;
}

const wholeAt = (cut: number) =>
  RECORDS.filter((_, n) => (ENDS[n] as number) <= cut).map((one) => textOf(one));

describe("after a crash at any byte", () => {
  test("all before it is there, nothing else is, and nobody is bothered", async () => {
    const { file, bytes } = await writeSegment();
    expect(ENDS.at(-1)).toBe(bytes.length);
    for (let cut = 0; cut <= bytes.length; cut += 1) {
      const found = await scanned(file, bytes.subarray(0, cut));
      expect(found, `cut at ${cut}`).toEqual({ texts: wholeAt(cut), damaged: [] });
    }
  });

  test("so it is when a power failure left zeros behind it", async () => {
    const { file, bytes } = await writeSegment();
    for (let cut = 0; cut < bytes.length; cut += 1) {
      const zeroed = Buffer.concat([bytes.subarray(0, cut), Buffer.alloc(5_000 - cut)]);
      // Where the cut took only zeros away, nothing is missing.
      const kept = wholeAt(cut);
      const { texts, damaged } = await scanned(file, zeroed);
      expect(texts.slice(0, kept.length), `cut at ${cut}`).toEqual(kept);
      expect(RECORDS.map(textOf), `cut at ${cut}`).toEqual(expect.arrayContaining(texts));
      expect(texts.length, `cut at ${cut}`).toBeLessThanOrEqual(kept.length + 1);
      expect(damaged, `cut at ${cut}`).toEqual([]);
    }
  });

  test("the spool starts with what is left, and takes more", async () => {
    const { file, bytes } = await writeSegment();
    for (let cut = 0; cut <= bytes.length; cut += 41) {
      expect(await startedWith(file, bytes.subarray(0, cut)), `cut at ${cut}`).toEqual(
        wholeAt(cut),
      );
    }
    expect(place.damaged).toEqual([]);
    expect(place.problems).toEqual([]);
  });
});

describe("a damaged segment", () => {
  test("never gives back an altered record, and all that were not hit", async () => {
    const { file, bytes } = await writeSegment();
    const flip = fc.tuple(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }));
    await fc.assert(
      fc.asyncProperty(fc.array(flip, { minLength: 1, maxLength: 6 }), async (flips) => {
        const damaged = Buffer.from(bytes);
        for (const [at, mask] of flips) damaged[at] = (damaged[at] as number) ^ mask;
        const isWhole = (n: number) => {
          const from = n === 0 ? HEADER_BYTES : (ENDS[n - 1] as number);
          return damaged.compare(bytes, from, ENDS[n], from, ENDS[n]) === 0;
        };
        const found = await scanned(file, damaged);
        const whole = RECORDS.filter((_, n) => isWhole(n));
        expect(found.texts).toEqual(whole.map(textOf));
        const lost = found.damaged.reduce((sum, { count }) => sum + count, 0);
        // Damage to the last record may look like a torn end; to a marker, like one record less.
        expect(lost).toBeLessThanOrEqual(RECORDS.length - whole.length);
        if (RECORDS.some((_, n) => n < RECORDS.length - 1 && !isWhole(n) && isWhole(n + 1))) {
          expect(lost).toBeGreaterThanOrEqual(1);
        }
      }),
      { numRuns: 1_500 },
    );
  });

  test("gives back nothing that was not accepted, whatever is in its place", async () => {
    const { file, bytes } = await writeSegment();
    await fc.assert(
      fc.asyncProperty(
        fc.nat(bytes.length),
        fc.nat(bytes.length),
        fc.uint8Array({ maxLength: 300 }),
        async (a, b, garbage) => {
          const [from, to] = [Math.min(a, b), Math.max(a, b)];
          const mixed = Buffer.concat([bytes.subarray(0, from), garbage, bytes.subarray(to)]);
          const { texts } = await scanned(file, mixed);
          const all = RECORDS.map(textOf);
          expect(texts).toEqual(all.filter((text) => texts.includes(text)));
          expect(texts.slice(0, wholeAt(from).length)).toEqual(wholeAt(from));
        },
      ),
      { numRuns: 500 },
    );
  });

  test("never mistakes a record inside the bytes of another for one of its own", async () => {
    const { bytes: inner } = await writeSegment();
    rmSync(place.path("segments"), { recursive: true });
    const spool = await place.open({ segmentBytes: 100_000 });
    spool.append({ ...record(1), bytes: inner });
    spool.append(record(2));
    await spool.close();
    const [file] = place.segments() as [string];
    const bytes = readFileSync(place.path("segments", file));
    bytes.writeUInt8(0, HEADER_BYTES);
    const { texts, damaged } = await scanned(file, bytes);
    expect(texts).toEqual([textOf(record(2))]);
    expect(damaged).toHaveLength(1);
  });

  test("never takes a segment under another name for its own", async () => {
    const { bytes } = await writeSegment();
    expect((await scanned("0000000000000001.seg", bytes)).texts).toEqual([]);
  });

  test("is told of once, with the times around it, however often it is opened", async () => {
    const { file, bytes } = await writeSegment();
    bytes.writeUInt8(0, (ENDS[4] as number) + 30);
    bytes.writeUInt8(0, (ENDS[4] as number) + 31);
    expect(await startedWith(file, bytes)).toHaveLength(13);
    const lost = { count: 1, fromMs: RECORDS[4]?.atMs, toMs: RECORDS[6]?.atMs };
    expect(place.damaged).toEqual([lost]);
    const again = await place.open();
    expect(again.waiting).toBe(13);
    await again.close();
    expect(place.damaged).toEqual([lost]);
  });

  test("is deleted when nothing in it can be read", async () => {
    const { file, bytes } = await writeSegment();
    expect(await startedWith(file, Buffer.from(bytes.map((byte) => ~byte)))).toEqual([]);
    expect(place.damaged).toHaveLength(1);
    expect(place.segments()).toEqual([]);
  });

  test("loses only what is hit when that happens while it is open", async () => {
    const { file, bytes } = await writeSegment();
    const spool = await place.open();
    expect(spool.waiting).toBe(14);
    bytes.writeUInt8(0, (ENDS[4] as number) + 8);
    bytes.writeUInt8(0, (ENDS[8] as number) + 60);
    writeFileSync(place.path("segments", file), bytes.subarray(0, ENDS[11]));
    const items = await takeAll(spool);
    const gone = [5, 9, 12, 13];
    expect(items.map(textOf).sort()).toEqual(
      RECORDS.filter((_, n) => !gone.includes(n))
        .map(textOf)
        .sort(),
    );
    expect(place.damaged.reduce((sum, { count }) => sum + count, 0)).toBe(4);
    expect(spool.waiting).toBe(0);
    await spool.close();
  });

  test("that somebody deleted is lost, and the spool goes on", async () => {
    const { file } = await writeSegment();
    const spool = await place.open();
    rmSync(place.path("segments", file));
    expect(await takeAll(spool)).toEqual([]);
    expect(place.damaged.reduce((sum, { count }) => sum + count, 0)).toBe(14);
    rmSync(place.path("segments"), { recursive: true });
    expect(spool.append(record(20)).saved).toBe(true);
    await spool.close();
    expect(place.segments()).toHaveLength(1);
  });
});
