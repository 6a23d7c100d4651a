import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { inspectSpool } from "../../../src/client/spool/inspect.ts";
import { BOILER_RUN, DOOR_RUN, record, spoolFolder } from "./spool-folder.ts";

const place = spoolFolder();

test("shows what is in a spool while its owner goes on", async () => {
  const spool = await place.open();
  for (let n = 0; n < 50; n += 1) spool.append(record(n, n < 10 ? BOILER_RUN : DOOR_RUN));
  spool.deadLetters.append({ id: 1 });
  spool.runs.save({
    systemId: "greenhouse",
    runId: DOOR_RUN,
    sensors: [{ category: "door", name: "front", identity: "d-1" }],
    startedAtMs: 5_000,
    isRegistered: false,
    labels: {},
    client: { name: "slimmer-client", version: "0.1.0", host: "greenhouse-1" },
    silentAfterMs: undefined,
    end: { reason: "update", atMs: 6_000 },
  });
  const before = readdirSync(place.dir, { recursive: true });
  const found = await inspectSpool(place.dir);
  expect(readdirSync(place.dir, { recursive: true })).toEqual(before);
  expect(found).toMatchObject({
    dir: place.dir,
    version: 1,
    ownerPid: process.pid,
    deadLetters: 1,
    totals: {
      bytes: spool.bytes,
      records: 50,
      lost: 0,
      oldestMs: record(0).atMs,
      newestMs: record(49).atMs,
    },
  });
  expect(found.segments.map(({ file }) => file)).toEqual(place.segments());
  expect(found.runs).toEqual([
    {
      runId: BOILER_RUN,
      records: 10,
      systemId: undefined,
      sensors: undefined,
      startedAtMs: undefined,
      isRegistered: false,
      endedAtMs: undefined,
      endReason: undefined,
    },
    {
      runId: DOOR_RUN,
      records: 40,
      systemId: "greenhouse",
      sensors: 1,
      startedAtMs: 5_000,
      isRegistered: false,
      endedAtMs: 6_000,
      endReason: "update",
    },
  ]);
  await spool.close();
  expect((await inspectSpool(place.dir)).ownerPid).toBeUndefined();
});

test("shows damage, and never stumbles over it", async () => {
  const spool = await place.open({ segmentBytes: 100_000 });
  for (let n = 0; n < 50; n += 1) spool.append(record(n));
  await spool.close();
  const [file] = place.segments() as [string];
  const bytes = readFileSync(place.path("segments", file));
  bytes.fill(0xff, 1_000, 1_010);
  bytes.fill(0xff, 2_000, 2_010);
  writeFileSync(place.path("segments", file), bytes);
  writeFileSync(place.path("segments", "0000000000000007.seg"), "no segment at all");
  mkdirSync(place.path("segments", "0000000000000008.seg"));
  writeFileSync(place.path("dead-letter.ndjson"), "{\n\0\n");
  const { segments, totals, deadLetters } = await inspectSpool(place.dir);
  expect(segments).toEqual([
    expect.objectContaining({ file: "0000000000000007.seg", records: 0 }),
    expect.objectContaining({
      file: "0000000000000008.seg",
      records: 0,
      problem: expect.stringContaining("can't be read"),
    }),
    expect.objectContaining({ file, damagedStretches: 2, records: 50 - totals.lost }),
  ]);
  expect(totals.lost).toBeGreaterThanOrEqual(2);
  expect(deadLetters).toBe(0);
});

test("says so when there is no spool", async () => {
  await expect(inspectSpool(place.path("nothing"))).rejects.toMatchObject({
    code: "SPOOL_UNUSABLE",
    message: expect.stringMatching(/There is no spool in/),
  });
});
