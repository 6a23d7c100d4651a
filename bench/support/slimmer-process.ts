import { type Child, startChild } from "./child.ts";
import { NODE_ARGS, NODE_ENVIRONMENT } from "./node-args.ts";
import { readyAddresses } from "./ready.ts";
import { CLI } from "./root.ts";

export type SlimmerProcess = Child & {
  readonly addresses: { grpc: string; http: string; ops: string };
};

/** Starts a built `slimmer serve`, `web` or `keeper`, and waits until it says that it is ready. */
export async function startSlimmer(
  command: "serve" | "web" | "keeper",
  env: Record<string, string>,
): Promise<SlimmerProcess> {
  const child = startChild(CLI, [command], {
    env: { ...NODE_ENVIRONMENT, ...env },
    execArgv: NODE_ARGS,
  });
  const addresses = await readyAddresses<SlimmerProcess["addresses"]>(child);
  if (addresses) return Object.assign(child, { addresses });
  await child.kill();
  throw new Error(`slimmer ${command} did not get ready:\n${child.output()}`);
}

/** `slimmer migrate up`. */
export async function migrateUp(env: Record<string, string>): Promise<void> {
  const child = startChild(CLI, ["migrate", "up"], { env });
  const { code } = await child.exited;
  if (code !== 0) throw new Error(`slimmer migrate up failed:\n${child.output()}`);
}
