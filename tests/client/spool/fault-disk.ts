import { type Disk, nodeDisk } from "../../../src/client/spool/disk.ts";

type Call = keyof Disk;

/** A real disk that writes down its calls, and fails when it is told to. */
export function faultDisk() {
  const failing = new Map<Call, string>();
  const calls: string[] = [];
  let room = Number.POSITIVE_INFINITY;

  function check(call: Call, path?: string): void {
    calls.push(path === undefined ? call : `${call} ${path.split("/").slice(-2).join("/")}`);
    const code = failing.get(call);
    if (code) throw Object.assign(new Error(`${code}: injected`), { code });
  }

  const disk: Disk = {
    ...nodeDisk,
    openSync(path, flags) {
      check("openSync", path);
      return nodeDisk.openSync(path, flags);
    },
    writeSync(fd, bytes, offset, length, position) {
      check("writeSync");
      // A full disk takes what fits, and refuses the rest.
      const fits = Math.min(length, room);
      if (fits <= 0) throw Object.assign(new Error("ENOSPC: injected"), { code: "ENOSPC" });
      room -= fits;
      return nodeDisk.writeSync(fd, bytes, offset, fits, position);
    },
    fdatasyncSync(fd) {
      check("fdatasyncSync");
      nodeDisk.fdatasyncSync(fd);
    },
    ftruncateSync(fd, length) {
      check("ftruncateSync");
      nodeDisk.ftruncateSync(fd, length);
    },
    syncFolderSync(path) {
      check("syncFolderSync", path);
      nodeDisk.syncFolderSync(path);
    },
    async syncFolder(path) {
      check("syncFolder", path);
      await nodeDisk.syncFolder(path);
    },
    async syncFile(path) {
      check("syncFile", path);
      await nodeDisk.syncFile(path);
    },
    async read(path, position, length) {
      check("read", path);
      return nodeDisk.read(path, position, length);
    },
  };
  return {
    disk,
    calls,
    /** How often a call was made so far. */
    count: (call: Call) => calls.filter((line) => line.split(" ")[0] === call).length,
    fail(call: Call, code: string): void {
      failing.set(call, code);
    },
    mend(): void {
      failing.clear();
      room = Number.POSITIVE_INFINITY;
    },
    /** So many bytes can be written, and no more. */
    leaveRoom(bytes: number): void {
      room = bytes;
    },
  };
}
