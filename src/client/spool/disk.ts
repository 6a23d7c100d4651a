import {
  closeSync,
  fdatasyncSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  renameSync,
  writeSync,
} from "node:fs";
import { open, readFile, rm } from "node:fs/promises";

/** What the spool asks of a disk that may fail; tests pass one that does. */
export type Disk = {
  openSync(path: string, flags: string): number;
  writeSync(fd: number, bytes: Buffer, offset: number, length: number, position: number): number;
  fdatasyncSync(fd: number): void;
  ftruncateSync(fd: number, length: number): void;
  closeSync(fd: number): void;
  renameSync(from: string, to: string): void;
  /** Makes the entries of a folder durable. */
  syncFolderSync(path: string): void;
  syncFolder(path: string): Promise<void>;
  /** Makes what was written to a file durable, through whichever descriptor; fine when the file is gone. */
  syncFile(path: string): Promise<void>;
  /** Reads `length` bytes from `position`, or what there is of them. */
  read(path: string, position: number, length: number): Promise<Buffer>;
  /** All of a file; in `scratch` where it fits into that. */
  readAll(path: string, scratch?: Buffer): Promise<Buffer>;
  remove(path: string): Promise<void>;
};

export const nodeDisk: Disk = {
  openSync: (path, flags) => openSync(path, flags, 0o600),
  writeSync,
  fdatasyncSync,
  ftruncateSync,
  closeSync,
  renameSync,
  syncFolderSync(path) {
    const fd = openSync(path, "r");
    try {
      fsyncSync(fd);
    } catch (error) {
      if (!isUnsupported(error)) throw error;
    } finally {
      closeSync(fd);
    }
  },
  async syncFolder(path) {
    const folder = await open(path, "r");
    try {
      await folder.sync();
    } catch (error) {
      if (!isUnsupported(error)) throw error;
    } finally {
      await folder.close();
    }
  },
  async syncFile(path) {
    const file = await open(path, "r").catch((error) => {
      if (errorCode(error) === "ENOENT") return undefined;
      throw error;
    });
    try {
      await file?.datasync();
    } finally {
      await file?.close();
    }
  },
  async read(path, position, length) {
    const file = await open(path, "r");
    try {
      const bytes = Buffer.allocUnsafeSlow(length);
      let filled = 0;
      while (filled < length) {
        const { bytesRead } = await file.read(bytes, filled, length - filled, position + filled);
        if (bytesRead === 0) break;
        filled += bytesRead;
      }
      return bytes.subarray(0, filled);
    } finally {
      await file.close();
    }
  },
  async readAll(path, scratch) {
    if (!scratch) return readFile(path);
    const file = await open(path, "r");
    try {
      const { size } = await file.stat();
      if (size > scratch.length) return await file.readFile();
      let filled = 0;
      for (let bytesRead = 1; bytesRead > 0 && filled < size; filled += bytesRead) {
        ({ bytesRead } = await file.read(scratch, filled, size - filled, filled));
      }
      return scratch.subarray(0, filled);
    } finally {
      await file.close();
    }
  },
  remove: (path) => rm(path, { force: true }),
};

export function errorCode(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException | undefined)?.code;
}

/** Some file systems (CIFS, some FUSE ones) have no way to sync a folder. */
function isUnsupported(error: unknown): boolean {
  return ["EINVAL", "ENOTSUP", "EOPNOTSUPP", "EPERM", "EBADF"].includes(errorCode(error) ?? "");
}
