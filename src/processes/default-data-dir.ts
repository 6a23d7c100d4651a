import { homedir } from "node:os";
import { join } from "node:path";

/** Where `slimmer up` keeps its data when SLIMMER_DATA_DIR does not say. */
export function defaultDataDir(env: NodeJS.ProcessEnv): string {
  if (process.getuid?.() === 0) return "/var/lib/slimmer";
  return join(env.XDG_DATA_HOME || join(homedir(), ".local", "share"), "slimmer");
}
