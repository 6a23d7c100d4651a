import { randomBytes } from "node:crypto";
import { access, chmod, open, readFile, rename } from "node:fs/promises";
import { join } from "node:path";
import { EmbeddedError } from "./embedded-error.ts";

/** The password of the embedded PostgreSQL, from `<dataDir>/password`; made up before there is any data. */
export async function keepPassword(dataDir: string, dataFolder: string): Promise<string> {
  const file = join(dataDir, "password");
  const found = (await readFile(file, "utf8").catch(noneIfMissing))?.trim();
  if (found) {
    await chmod(file, 0o600);
    return found;
  }
  if (await exists(join(dataFolder, "PG_VERSION"))) {
    throw new EmbeddedError(
      `The password of the PostgreSQL in ${dataFolder} is missing; put ${file} back from a backup, or set SLIMMER_DATA_DIR to another folder.`,
    );
  }
  const password = randomBytes(24).toString("base64url");
  await writeSynced(file, `${password}\n`);
  return password;
}

/** On the disk before initdb uses it: a cluster whose password was lost in a power cut would be closed for ever. */
async function writeSynced(file: string, text: string): Promise<void> {
  const draft = `${file}.new`;
  const handle = await open(draft, "w", 0o600);
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(draft, file);
}

function noneIfMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== "ENOENT") throw error;
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
