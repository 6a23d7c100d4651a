import type { Child } from "./child.ts";

const READY_MS = 30_000;

/** The addresses that a process of slimmer tells once it is ready; undefined when it ends before, or takes too long. */
export function readyAddresses<Addresses = Record<string, string>>(
  child: Child,
): Promise<Addresses | undefined> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(undefined), READY_MS);
    child.process.on("message", (message: { kind: string; addresses: Addresses }) => {
      if (message.kind === "ready") resolve(message.addresses);
    });
    void child.exited.then(() => resolve(undefined));
    void child.exited.finally(() => clearTimeout(timer));
  });
}
