import { chmod, mkdir, realpath } from "node:fs/promises";
import { resolve } from "node:path";
import { EmbeddedError } from "./embedded-error.ts";

/** The real path of `dataDir`, made where it is missing. Only root leaves it open to enter, for PostgreSQL's user. */
export async function openDataDir(dataDir: string): Promise<string> {
  const folder = resolve(dataDir);
  try {
    const created = await mkdir(folder, { recursive: true, mode: 0o755 });
    if (created !== undefined) await chmod(folder, process.getuid?.() === 0 ? 0o711 : 0o700);
    return await realpath(folder);
  } catch (cause) {
    throw unusable(folder, cause);
  }
}

/** What to say when slimmer itself can't write to its data folder. */
export function unusable(dataDir: string, cause: unknown): EmbeddedError {
  return new EmbeddedError(
    `The data folder ${dataDir} can't be used (${(cause as Error).message}); set SLIMMER_DATA_DIR to a folder that slimmer may write to.`,
    { cause },
  );
}
