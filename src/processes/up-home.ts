import { join } from "node:path";
import type { UpSettings } from "../config/settings.ts";
import { openDataDir, unusable } from "../embedded/data-dir.ts";
import { EmbeddedError } from "../embedded/embedded-error.ts";
import { LockHeld, type PidLock, takePidLock } from "../embedded/pid-lock.ts";
import { type ChildRecord, createChildRecord } from "./child-record.ts";
import { defaultDataDir } from "./default-data-dir.ts";

/** The data folder of this run, which no other run may use: only with the embedded PostgreSQL. */
export type Home = { dataDir: string; lock: PidLock; children: ChildRecord };

/** Throws an EmbeddedError when the folder can't be used, or another `slimmer up` uses it. */
export async function openHome(settings: UpSettings, env: NodeJS.ProcessEnv): Promise<Home> {
  const dataDir = await openDataDir(settings.dataDir ?? defaultDataDir(env));
  try {
    const lock = await takePidLock(join(dataDir, "up.lock"));
    return { dataDir, lock, children: createChildRecord(join(dataDir, "up.children")) };
  } catch (cause) {
    if (!(cause instanceof LockHeld)) throw unusable(dataDir, cause);
    throw new EmbeddedError(
      `slimmer already runs in ${dataDir} as pid ${cause.pid}; stop that first, or set SLIMMER_DATA_DIR to another folder.`,
      { cause },
    );
  }
}
