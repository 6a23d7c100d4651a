import { spawnSync } from "node:child_process";
import { readFileSync, statSync } from "node:fs";
import { EmbeddedError } from "./embedded-error.ts";

/** The user that PostgreSQL runs as, where that is not the user of this process. */
export type Account = { name: string; uid: number; gid: number };

const CANDIDATES = ["postgres", "_postgres", "nobody"];

/**
 * PostgreSQL refuses to run as root, so root picks another user: the owner of the data that is already there, else
 * `postgres`, else `nobody`. Undefined for everybody else: they run PostgreSQL as themselves.
 */
export function accountFor(dataFolder: string): Account | undefined {
  const owner = ownerOf(dataFolder);
  const uid = process.getuid?.() ?? 0;
  if (uid !== 0) {
    if (owner && owner.uid !== uid) {
      throw new EmbeddedError(
        `The data in ${dataFolder} belongs to user ${owner.name}; start slimmer as that user or as root, or set SLIMMER_DATA_DIR to a folder of your own.`,
      );
    }
    return undefined;
  }
  if (owner && owner.uid !== 0) return owner;
  const accounts = knownAccounts();
  const account = CANDIDATES.map((name) => accounts.find((known) => known.name === name)).find(
    (known) => known !== undefined && known.uid !== 0,
  );
  if (account) return account;
  throw new EmbeddedError(
    "PostgreSQL refuses to run as root, and this machine has neither a user postgres nor a user nobody; start slimmer as a normal user.",
  );
}

/** Throws a sentence unless `account` can enter `folder`: a home of root's, for example, is closed to it. */
export function requireReachable(folder: string, account: Account | undefined): void {
  if (!account) return;
  const { uid, gid, name } = account;
  const tried = spawnSync("/bin/sh", ["-c", 'cd "$1"', "sh", folder], {
    uid,
    gid,
    cwd: "/",
    stdio: "ignore",
  });
  // Without a shell there is no telling; initdb then meets the closed folder and says so.
  if (tried.error || tried.status === 0) return;
  throw new EmbeddedError(
    `PostgreSQL refuses to run as root and so runs as user ${name}, who can't reach ${folder}; set SLIMMER_DATA_DIR to a folder that ${name} can reach, for example /var/lib/slimmer.`,
  );
}

function ownerOf(folder: string): Account | undefined {
  const stat = statSync(folder, { throwIfNoEntry: false });
  if (!stat) return undefined;
  const name = knownAccounts().find((known) => known.uid === stat.uid)?.name ?? String(stat.uid);
  return { name, uid: stat.uid, gid: stat.gid };
}

function knownAccounts(): Account[] {
  try {
    return readFileSync("/etc/passwd", "utf8")
      .split("\n")
      .filter((line) => line.includes(":") && !line.startsWith("#"))
      .map((line) => line.split(":"))
      .map(([name = "", , uid, gid]) => ({ name, uid: Number(uid), gid: Number(gid) }));
  } catch {
    return []; // a container without /etc/passwd
  }
}
