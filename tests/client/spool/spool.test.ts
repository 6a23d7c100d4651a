import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { crc32 } from "node:zlib";
import { describe, expect, test } from "vitest";
import { BOILER_RUN, DOOR_RUN, record, spoolFolder, takeAll, textOf } from "./spool-folder.ts";

const place = spoolFolder();
const numbers = (count: number, from = 0) => Array.from({ length: count }, (_, i) => from + i);

describe("a spool", () => {
  test("gives back after a start what was accepted and not settled, in order", async () => {
    const spool = await place.open();
    const nos = numbers(200).map((n) => {
      const appended = spool.append(record(n));
      return appended.saved ? appended.no : 0;
    });
    expect(nos).toEqual(numbers(200, 1));
    expect(spool.waiting).toBe(0);
    await spool.close();
    const again = await place.open();
    expect(again.waiting).toBe(200);
    expect(again.runIds).toEqual(new Map([[DOOR_RUN, 200]]));
    const items = await takeAll(again);
    expect(items.map(textOf)).toEqual(numbers(200).map((n) => textOf(record(n))));
    expect(items.map(({ no }) => no)).toEqual(nos);
    expect(again.append(record(200))).toEqual({ saved: true, no: 201 });
    expect(place.damaged).toEqual([]);
    await again.close();
  });

  test("deletes a segment once nothing in it is needed", async () => {
    const spool = await place.open();
    for (const n of numbers(200)) spool.append(record(n));
    const before = place.segments();
    expect(before.length).toBeGreaterThan(5);
    spool.settle(numbers(199, 1));
    await expect.poll(() => place.segments()).toEqual([before.at(-1)]);
    expect(spool.runIds).toEqual(new Map([[DOOR_RUN, 1]]));
    spool.settle([200]);
    await spool.close();
    expect(place.segments()).toEqual([]);
    expect(spool.bytes).toBe(0);
  });

  test("begins a new segment when all of a large one is settled, so that a crash repeats little", async () => {
    const spool = await place.open({ segmentBytes: 1_000_000 });
    for (const n of numbers(70)) spool.append(record(n, DOOR_RUN, 1_000));
    spool.settle(numbers(70, 1));
    await expect.poll(() => place.segments()).toEqual([]);
    await spool.close();
  });

  test("keeps one segment only while each record is settled before the next", async () => {
    const spool = await place.open();
    for (const n of numbers(200)) {
      spool.append(record(n));
      spool.settle([n + 1]);
    }
    await expect.poll(() => place.segments().length).toBe(1);
    expect(spool.bytes).toBeLessThanOrEqual(2_000);
    await spool.close();
  });

  test("never continues a segment of an earlier process", async () => {
    const first = await place.open();
    first.append(record(1));
    await first.close();
    const [file] = place.segments();
    const bytes = readFileSync(place.path("segments", file as string));
    const second = await place.open();
    expect(place.segments()).toEqual([file]);
    second.append(record(2));
    expect(place.segments()).toHaveLength(2);
    expect(readFileSync(place.path("segments", file as string))).toEqual(bytes);
    await second.close();
  });

  test("takes the oldest of one run at a time, within the room", async () => {
    const spool = await place.open({ segmentBytes: 100_000 });
    for (const n of numbers(30)) spool.append(record(n, n % 3 === 0 ? BOILER_RUN : DOOR_RUN, 20));
    spool.release(numbers(30, 1));
    expect(spool.waiting).toBe(30);
    const ids = async (room: { items: number; bytes: number }) =>
      (await spool.takeOldest(room)).map(({ no }) => no);
    expect(await ids({ items: 4, bytes: 1e9 })).toEqual([1, 4, 7, 10]);
    expect(await ids({ items: 9, bytes: 50 })).toEqual([2, 3]);
    expect(await ids({ items: 9, bytes: 1 })).toEqual([5]);
    spool.release([3]);
    expect(await ids({ items: 2, bytes: 1e9 })).toEqual([3, 6]);
    await spool.close();
  });

  test("hands out no record twice when it is asked twice at once", async () => {
    const spool = await place.open();
    for (const n of numbers(100)) spool.append(record(n));
    spool.release(numbers(100, 1));
    const taken = await Promise.all(
      numbers(60).map(() => spool.takeOldest({ items: 5, bytes: 1e9 })),
    );
    expect(taken.flat().map(({ no }) => no)).toEqual(numbers(100, 1));
    await spool.close();
  });

  test("refuses what would pass its bound, and takes more once room is made", async () => {
    const spool = await place.open({ maxBytes: 10_000, segmentBytes: 1_250 });
    let n = 0;
    while (spool.append(record(n)).saved) n += 1;
    expect(spool.append(record(n))).toEqual({ saved: false, why: "full" });
    expect(spool.bytes).toBeLessThanOrEqual(10_000);
    expect(spool.bytes).toBeGreaterThan(9_800);
    spool.release([1, 2, 3]);
    const dropped = spool.dropOldest();
    expect(dropped).toMatchObject({ count: 3, runs: [{ runId: DOOR_RUN, count: 3 }] });
    expect(dropped?.fromMs).toBe(record(0).atMs);
    expect(dropped?.taken[0]).toBe(4);
    expect(spool.has(4)).toBe(false);
    expect(spool.append(record(n)).saved).toBe(true);
    await spool.close();
    const onDisk = place.segments().map((file) => statSync(place.path("segments", file)).size);
    expect(onDisk.reduce((a, b) => a + b)).toBe(spool.bytes);
  });

  test("gives up everything, the newest segment too, and goes on", async () => {
    const spool = await place.open();
    for (const n of numbers(50)) spool.append(record(n));
    let taken = 0;
    for (let drop = spool.dropOldest(); drop; drop = spool.dropOldest()) {
      taken += drop.taken.length;
    }
    expect(taken).toBe(50);
    expect(spool.bytes).toBe(0);
    spool.settle([1, 50]);
    spool.release([2]);
    expect(spool.append(record(50))).toEqual({ saved: true, no: 51 });
    await spool.close();
    expect(place.segments()).toHaveLength(1);
  });

  test("remembers one run once, however often it has nothing left", async () => {
    const spool = await place.open({ segmentBytes: 1_000_000, maxBytes: 4_000_000 });
    for (const n of numbers(20_000)) {
      const appended = spool.append(record(n, DOOR_RUN, 1));
      if (appended.saved && n !== 5) spool.settle([appended.no]);
    }
    // The first holds what is needed, and all but the newest of the others are deleted.
    await expect.poll(() => place.segments().length).toBe(2);
    expect(spool.runIds).toEqual(new Map([[DOOR_RUN, 1]]));
    await spool.close();
  });

  test("keeps runs apart beyond what one segment can tell apart", async () => {
    const spool = await place.open({ segmentBytes: 1_000_000 });
    const runOf = (n: number) => `0192f0c1-5a77-7000-9000-${n.toString(16).padStart(12, "0")}`;
    for (const n of numbers(1_100)) spool.append(record(n, runOf(n), 1));
    expect(place.segments()).toHaveLength(2);
    expect(spool.runIds.size).toBe(1_100);
    await spool.close();
    const again = await place.open();
    expect(again.runIds.size).toBe(1_100);
    await again.close();
  });

  test("accepts nothing and changes nothing after it was closed", async () => {
    const spool = await place.open();
    spool.append(record(1));
    spool.append(record(2));
    const closing = spool.close();
    spool.settle([1, 2]);
    expect(spool.append(record(3))).toEqual({ saved: false, why: "disk" });
    await closing;
    await spool.close();
    expect(await spool.takeOldest({ items: 1, bytes: 1 })).toEqual([]);
    const again = await place.open();
    expect(again.waiting).toBe(2);
    await again.close();
  });

  test("keeps its folder and its files to its user", async () => {
    const spool = await place.open({ dir: place.path("new", "spool") });
    spool.append(record(1));
    spool.state.write("clock", { skewMs: 5 });
    spool.deadLetters.append({ id: 1 });
    const mode = (...names: string[]) =>
      statSync(place.path("new", "spool", ...names)).mode & 0o777;
    const [segment] = readdirSync(place.path("new", "spool", "segments"));
    expect([mode(), mode("segments"), mode("runs")]).toEqual([0o700, 0o700, 0o700]);
    expect(mode("segments", segment as string)).toBe(0o600);
    expect([mode("clock.json"), mode("dead-letter.ndjson")]).toEqual([0o600, 0o600]);
    await spool.close();
  });
});

describe("a folder that can't be a spool", () => {
  test("is told of when it is a file", async () => {
    writeFileSync(place.path("file"), "");
    await expect(place.open({ dir: place.path("file") })).rejects.toMatchObject({
      code: "SPOOL_UNUSABLE",
      message: expect.stringContaining("is not a folder"),
    });
  });

  test("is left alone when a newer version wrote it", async () => {
    const spool = await place.open();
    spool.append(record(1));
    await spool.close();
    const [file] = place.segments();
    const path = place.path("segments", file as string);
    const bytes = readFileSync(path);
    bytes.writeUInt32LE(2, 8);
    bytes.writeUInt32LE(crc32(bytes.subarray(0, 20)), 20);
    writeFileSync(path, bytes);
    await expect(place.open()).rejects.toMatchObject({
      code: "SPOOL_UNUSABLE",
      message: expect.stringContaining("newer slimmer-client (format 2)"),
    });
    expect(readFileSync(path)).toEqual(bytes);
    expect(readdirSync(place.dir).sort()).toEqual(["runs", "segments"]);
  });
});
