import { randomUUID } from "node:crypto";
import {
  chmod,
  chown,
  lchown,
  mkdir,
  open,
  readdir,
  readFile,
  rename,
  rm,
  rmdir,
  stat,
  writeFile,
} from "node:fs/promises";
import { join } from "node:path";
import type { Account } from "./account.ts";
import type { Binaries } from "./binaries.ts";
import { unusable } from "./data-dir.ts";
import { EmbeddedError } from "./embedded-error.ts";
import type { EmbeddedLog } from "./embedded-log.ts";
import { runAs } from "./run-as.ts";

/** The user of PostgreSQL that owns everything in the embedded cluster. */
export const SUPERUSER = "slimmer";

/** Where initdb works; renamed to its final name when it is done, so that a half-made cluster is never taken for a whole one. */
const DRAFT = "postgres.initdb-";

/** Makes sure that `folder` holds a cluster of the right major version, owned by `account`. */
export async function prepareDataFolder(options: {
  dataDir: string;
  folder: string;
  account: Account | undefined;
  binaries: Binaries;
  password: string;
  log: EmbeddedLog;
  signal: AbortSignal | undefined;
}): Promise<void> {
  const { dataDir, folder, account, binaries, log } = options;
  await removeDrafts(dataDir);
  const entries = await readdir(folder).catch(() => undefined);
  if (entries === undefined || entries.length === 0) {
    log.info({ folder, version: binaries.version }, "initialising PostgreSQL");
    await initialise(options);
    return;
  }
  await requireVersion(folder, binaries.major);
  if (account && (await stat(folder)).uid !== account.uid) await giveTo(account, folder);
  await chmod(folder, 0o700);
}

async function initialise(options: Parameters<typeof prepareDataFolder>[0]): Promise<void> {
  const { dataDir, folder, account, binaries, password, signal } = options;
  const draft = join(dataDir, `${DRAFT}${randomUUID()}`);
  const passwordFile = `${draft}.password`;
  try {
    await writeFile(passwordFile, `${password}\n`, { mode: 0o600 });
    await mkdir(draft, { mode: 0o700 });
    if (account) {
      await chown(passwordFile, account.uid, account.gid);
      await chown(draft, account.uid, account.gid);
    }
    const { ok, output } = await runAs(
      account,
      binaries.initdb,
      [
        `--pgdata=${draft}`,
        `--username=${SUPERUSER}`,
        `--pwfile=${passwordFile}`,
        "--encoding=UTF8",
        "--locale=C",
        "--auth=scram-sha-256",
        "--data-checksums",
      ],
      signal,
    );
    if (!ok) {
      throw new EmbeddedError(`PostgreSQL could not be initialised in ${dataDir}:`, {
        lines: output.split("\n").slice(-8),
      });
    }
    // An empty folder may stand there already; one with anything in it makes this fail, as it should.
    await rmdir(folder).catch(() => undefined);
    await rename(draft, folder).catch((cause) => {
      throw unusable(folder, cause); // a mount point, for example: mount the data folder itself
    });
    await syncFolder(dataDir);
  } finally {
    await rm(passwordFile, { force: true });
    await rm(draft, { recursive: true, force: true });
  }
}

async function removeDrafts(dataDir: string): Promise<void> {
  for (const name of await readdir(dataDir)) {
    if (!name.startsWith(DRAFT)) continue;
    // An initdb that outlived its parent may still write there; it fails once its folder is gone.
    await rm(join(dataDir, name), { recursive: true, force: true, maxRetries: 10 });
  }
}

async function requireVersion(folder: string, major: number): Promise<void> {
  const found = await readFile(join(folder, "PG_VERSION"), "utf8").catch(() => undefined);
  if (found === undefined) {
    throw new EmbeddedError(
      `${folder} holds files, but no PostgreSQL data; move them away, or set SLIMMER_DATA_DIR to another folder.`,
    );
  }
  if (found.trim() !== String(major)) {
    throw new EmbeddedError(
      `The data in ${folder} was made by PostgreSQL ${found.trim()}, and this slimmer brings PostgreSQL ${major}; dump it with the slimmer that made it and restore it here, or set SLIMMER_DATA_DIR to another folder.`,
    );
  }
}

/** Data that root copied or restored belongs to root, which PostgreSQL does not accept. */
async function giveTo(account: Account, folder: string): Promise<void> {
  await lchown(folder, account.uid, account.gid);
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) await giveTo(account, path);
    else await lchown(path, account.uid, account.gid);
  }
}

/** The rename is on the disk when this returns. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
