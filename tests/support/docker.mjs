// Docker as a person uses it: by its commands. Plain JavaScript, because the tiers ask before anything is built.
import { execFile } from "node:child_process";
import { promisify } from "node:util";

const run = promisify(execFile);

/** The standard output of `docker ...args`; rejects with what it wrote to the other one. */
export async function docker(args, options = {}) {
  const { stdout } = await run("docker", args, { maxBuffer: 64 * 1024 * 1024, ...options });
  return stdout;
}

export async function dockerAnswers() {
  return succeeds("docker", ["info", "--format", "{{.ServerVersion}}"]);
}

/** Compose as a plugin of docker, or else by itself (1.29); undefined where neither is there. */
export async function composeCommand() {
  if (await succeeds("docker", ["compose", "version"])) return ["docker", "compose"];
  if (await succeeds("docker-compose", ["version"])) return ["docker-compose"];
  return undefined;
}

/** Whether Docker has an image, now or after it pulled it. */
export async function hasImage(name) {
  return (
    (await succeeds("docker", ["image", "inspect", name])) ||
    (await succeeds("docker", ["pull", "--quiet", name], { timeout: 300_000 }))
  );
}

async function succeeds(command, args, options = { timeout: 30_000 }) {
  try {
    await run(command, args, options);
    return true;
  } catch {
    return false;
  }
}
