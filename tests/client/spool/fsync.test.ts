import { beforeEach, describe, expect, test } from "vitest";
import { faultDisk } from "./fault-disk.ts";
import { record, spoolFolder } from "./spool-folder.ts";

const place = spoolFolder();
let faults: ReturnType<typeof faultDisk>;

beforeEach(() => {
  faults = faultDisk();
});

const SYNCS = /^(fdatasync|syncF)/;
const syncs = () => faults.calls.filter((call) => SYNCS.test(call));

describe("with the policy", () => {
  test("record, a record and the entry of its file are on the disk before append returns", async () => {
    const spool = await place.open({ fsync: "record" }, faults.disk);
    faults.calls.length = 0;
    spool.append(record(1));
    const file = expect.stringMatching(/^openSync segments\/.*\.seg$/);
    const folder = expect.stringMatching(/^syncFolderSync .*\/segments$/);
    expect(faults.calls).toEqual([file, "writeSync", "fdatasyncSync", folder]);
    faults.calls.length = 0;
    spool.append(record(2));
    expect(faults.calls).toEqual(["writeSync", "fdatasyncSync"]);
    await spool.close();
  });

  test("record, run files and refusals are too", async () => {
    const spool = await place.open({ fsync: "record" }, faults.disk);
    faults.calls.length = 0;
    spool.state.write("clock", {});
    expect(syncs()).toEqual(["fdatasyncSync", expect.stringContaining("syncFolderSync")]);
    faults.calls.length = 0;
    spool.deadLetters.append({});
    expect(syncs()).toEqual([expect.stringContaining("syncFolderSync"), "fdatasyncSync"]);
    await spool.close();
  });

  test("interval, append never syncs; a little later all of it is, the folder last", async () => {
    const spool = await place.open({ fsync: "interval", fsyncIntervalMs: 20 }, faults.disk);
    faults.calls.length = 0;
    for (let n = 0; n < 40; n += 1) spool.append(record(n));
    expect(syncs()).toEqual([]);
    const files = place.segments();
    expect(files.length).toBeGreaterThan(1);
    await expect.poll(() => syncs().length).toBe(files.length + 1);
    expect(syncs().at(-1)).toMatch(/^syncFolder .*segments$/);
    expect(syncs().slice(0, -1)).toEqual(files.map((file) => `syncFile segments/${file}`));
    faults.calls.length = 0;
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(syncs()).toEqual([]); // nothing new, nothing to do
    await spool.close();
  });

  test("interval, what could not be synced is tried again", async () => {
    const spool = await place.open({ fsync: "interval", fsyncIntervalMs: 10 }, faults.disk);
    faults.fail("syncFile", "EIO");
    spool.append(record(1));
    await expect.poll(() => place.problems.length).toBe(1);
    expect(spool.isDiskFailing).toBe(true);
    faults.mend();
    await expect.poll(() => place.problems.length).toBe(2);
    expect(spool.isDiskFailing).toBe(false);
    await spool.close();
  });

  test("never, nothing is synced before close; then everything is", async () => {
    const spool = await place.open({ fsync: "never", fsyncIntervalMs: 5 }, faults.disk);
    for (let n = 0; n < 40; n += 1) spool.append(record(n));
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(syncs()).toEqual([]);
    const files = place.segments();
    await spool.close();
    expect(syncs()).toHaveLength(files.length + 1);
  });

  test("any, sync() forces what was written before", async () => {
    const spool = await place.open({ fsync: "never" }, faults.disk);
    spool.append(record(1));
    await spool.sync();
    expect(syncs()).toHaveLength(2);
    await spool.close();
  });
});
