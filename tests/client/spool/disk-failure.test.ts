import { readdirSync, rmSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { Spool } from "../../../src/client/spool/spool.ts";
import { faultDisk } from "./fault-disk.ts";
import { BOILER_RUN, DOOR_RUN, record, spoolFolder, takeAll, textOf } from "./spool-folder.ts";

const place = spoolFolder();
let faults: ReturnType<typeof faultDisk>;

beforeEach(() => {
  faults = faultDisk();
  vi.useFakeTimers({ toFake: ["performance"] });
});

afterEach(() => {
  vi.useRealTimers();
});

const REFUSED = { saved: false, why: "disk" };
const CANT_WRITE = expect.stringMatching(/can't be written: no space left on the disk \(ENOSPC\)/);
const CAN_AGAIN = expect.stringMatching(/can be written again/);

async function reopened(spool: Spool): Promise<string[]> {
  await spool.close();
  const again = await place.open();
  const items = (await takeAll(again)).map(textOf);
  await again.close();
  return items;
}

describe("when the disk is full", () => {
  test("records are refused, and accepted again once there is room", async () => {
    const spool = await place.open({}, faults.disk);
    expect(spool.append(record(1)).saved).toBe(true);
    faults.leaveRoom(0);
    expect(spool.append(record(2))).toEqual(REFUSED);
    expect(spool.append(record(3))).toEqual(REFUSED);
    expect(spool.isDiskFailing).toBe(true);
    expect(place.problems).toEqual([CANT_WRITE]);
    faults.mend();
    expect(spool.append(record(4))).toEqual(REFUSED); // the disk is left alone for 250 ms
    vi.advanceTimersByTime(250);
    expect(spool.append(record(5))).toEqual({ saved: true, no: 2 });
    expect(spool.isDiskFailing).toBe(false);
    expect(place.problems).toEqual([CANT_WRITE, CAN_AGAIN]);
    expect(await reopened(spool)).toEqual([1, 5].map((n) => textOf(record(n))));
    expect(place.damaged).toEqual([]);
  });

  test("it is tried four times a second at most", async () => {
    const spool = await place.open({}, faults.disk);
    faults.leaveRoom(0);
    for (let ms = 0; ms < 1_000; ms += 10) {
      spool.append(record(1));
      vi.advanceTimersByTime(10);
    }
    expect(faults.count("writeSync")).toBe(4);
    expect(place.problems).toHaveLength(1);
    await spool.close();
    await expect.poll(() => place.segments()).toEqual([]);
  });

  test("at any byte of a record, none of it stays", async () => {
    const { length } = record(2).bytes;
    for (let room = 1; room < 53 + length; room += 4) {
      const spool = await place.open({}, faults.disk);
      spool.append(record(1));
      faults.leaveRoom(room);
      expect(spool.append(record(2))).toEqual(REFUSED);
      faults.mend();
      vi.advanceTimersByTime(250);
      spool.append(record(3));
      expect(await reopened(spool), `room for ${room} bytes`).toEqual(
        [1, 3].map((n) => textOf(record(n))),
      );
      rmSync(place.path("segments"), { recursive: true });
    }
    expect(place.damaged).toEqual([]);
  });

  test("and can't even be cut, what was written before and after is there", async () => {
    const spool = await place.open({}, faults.disk);
    spool.append(record(1));
    faults.leaveRoom(30);
    faults.fail("ftruncateSync", "EIO");
    expect(spool.append(record(2))).toEqual(REFUSED);
    faults.mend();
    vi.advanceTimersByTime(250);
    spool.append(record(3));
    expect(place.segments()).toHaveLength(2);
    expect(await reopened(spool)).toEqual([1, 3].map((n) => textOf(record(n))));
    expect(place.damaged).toEqual([]);
  });

  test("a write that is done by halves is completed", async () => {
    const spool = await place.open({}, faults.disk);
    const write = faults.disk.writeSync;
    faults.disk.writeSync = (fd, bytes, offset, length, position) =>
      write(fd, bytes, offset, Math.min(7, length), position);
    spool.append(record(1));
    spool.append(record(2));
    expect(await reopened(spool)).toEqual([1, 2].map((n) => textOf(record(n))));
  });

  test("a run that could not be saved is saved as soon as it can", async () => {
    const spool = await place.open({}, faults.disk);
    faults.leaveRoom(0);
    spool.append(record(1));
    spool.runs.save(run(DOOR_RUN));
    spool.runs.save(run(BOILER_RUN));
    spool.runs.remove(BOILER_RUN);
    expect(spool.runs.all().map(({ runId }) => runId)).toEqual([DOOR_RUN]);
    faults.mend();
    vi.advanceTimersByTime(250);
    spool.append(record(1));
    expect(readdirSync(place.path("runs"))).toContain(`${DOOR_RUN}.json`);
    await spool.close();
    const again = await place.open();
    expect(again.runs.all()).toEqual([run(DOOR_RUN)]);
    await again.close();
  });

  test("a client starts all the same, and sends what waits", async () => {
    const before = await place.open();
    before.append(record(1));
    await before.close();
    faults.leaveRoom(0);
    const spool = await place.open({}, faults.disk);
    expect(spool.append(record(2))).toEqual(REFUSED);
    expect((await takeAll(spool)).map(textOf)).toEqual([textOf(record(1))]);
    spool.settle([1]);
    await expect.poll(() => place.segments()).toEqual([]);
    faults.mend();
    await spool.close();
  });
});

describe("when the disk fails", () => {
  test("to sync a record that must be on it, the record is not accepted", async () => {
    const spool = await place.open({ fsync: "record" }, faults.disk);
    spool.append(record(1));
    faults.fail("fdatasyncSync", "EIO");
    expect(spool.append(record(2))).toEqual(REFUSED);
    faults.mend();
    vi.advanceTimersByTime(250);
    expect(spool.append(record(3))).toEqual({ saved: true, no: 2 });
    expect(place.segments()).toHaveLength(2); // nobody knows what of the first is on the disk
    expect(await reopened(spool)).toEqual([1, 3].map((n) => textOf(record(n))));
  });

  test("to make a segment, nothing of it stays", async () => {
    const spool = await place.open({ fsync: "record" }, faults.disk);
    faults.fail("syncFolderSync", "EIO");
    expect(spool.append(record(1))).toEqual(REFUSED);
    await spool.close();
    await expect.poll(() => place.segments()).toEqual([]);
  });

  test("to be read, what waits is kept for later", async () => {
    const spool = await place.open({}, faults.disk);
    spool.append(record(1));
    spool.release([1]);
    faults.fail("read", "EMFILE");
    expect(await spool.takeOldest({ items: 9, bytes: 1e9 })).toEqual([]);
    expect(await spool.takeOldest({ items: 9, bytes: 1e9 })).toEqual([]);
    expect(spool.waiting).toBe(1);
    expect(place.problems).toEqual([expect.stringMatching(/can't be read: this process has too/)]);
    faults.mend();
    expect(await spool.takeOldest({ items: 9, bytes: 1e9 })).toHaveLength(1);
    expect(place.problems).toHaveLength(2);
    await spool.close();
  });

  test("at one block, only what is in it is lost", async () => {
    const spool = await place.open({}, faults.disk);
    for (let n = 0; n < 10; n += 1) spool.append(record(n));
    spool.release([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    const read = faults.disk.read;
    faults.disk.read = async (path, position, length) => {
      if (position <= 300 && position + length > 300) {
        throw Object.assign(new Error("EIO: injected"), { code: "EIO" });
      }
      return read(path, position, length);
    };
    const items = await takeAll(spool);
    expect(items).toHaveLength(9);
    expect(place.damaged).toEqual([expect.objectContaining({ count: 1 })]);
    expect(spool.waiting).toBe(0);
    await spool.close();
  });

  test("to sync at close, that is told, and close ends", async () => {
    const spool = await place.open({}, faults.disk);
    spool.append(record(1));
    faults.fail("syncFile", "EIO");
    await spool.close();
    expect(place.problems).toEqual([expect.stringMatching(/can't be forced to the disk/)]);
  });

  test("a listener that throws stops nothing", async () => {
    const spool = await place.open({}, faults.disk);
    place.problems.push = () => {
      throw new Error("a mistake of the host");
    };
    faults.leaveRoom(0);
    expect(spool.append(record(1))).toEqual(REFUSED);
    await spool.close();
  });
});

function run(runId: string) {
  return {
    systemId: "greenhouse",
    runId,
    sensors: [{ category: "door", name: "front", identity: "d-1" }],
    startedAtMs: 1_700_000_000_000,
    labels: { site: "north" },
    client: { name: "slimmer-client", version: "0.1.0", host: "greenhouse-1" },
    silentAfterMs: 60_000,
  };
}
