import { type Child, startChild } from "./child.ts";
import { CLI } from "./root.ts";

export type SlimmerProcess = Child & { readonly addresses: { grpc: string; ops: string } };

type ReadyMessage = { kind: "ready"; addresses: { grpc: string; ops: string } };

const READY_MS = 30_000;

/** Starts a built `slimmer serve` or `slimmer keeper`, and waits until it says that it is ready. */
export async function startSlimmer(
  command: "serve" | "keeper",
  env: Record<string, string>,
): Promise<SlimmerProcess> {
  // As `slimmer` itself starts it: src/processes/node-args.ts.
  const child = startChild(CLI, [command], { env, execArgv: ["--max-semi-space-size=32"] });
  const ready = new Promise<ReadyMessage["addresses"] | undefined>((resolve) => {
    const timer = setTimeout(() => resolve(undefined), READY_MS);
    child.process.on("message", (message: ReadyMessage) => {
      if (message.kind === "ready") resolve(message.addresses);
    });
    void child.exited.then(() => resolve(undefined));
    void child.exited.finally(() => clearTimeout(timer));
  });
  const addresses = await ready;
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
