import { fileURLToPath } from "node:url";
import { startChild } from "../support/child.ts";
import type { Reply, Request, Window } from "./protocol.ts";

export type Kind = "unary" | "batches" | "streams" | "copy";

/** A load generator in a process of its own. */
export type Generator = {
  readonly pid: number;
  /** Makes messages ready for a window, as many as the last one suggests. */
  refill(seconds: number): Promise<void>;
  run(seconds: number): Promise<Window>;
  close(): Promise<void>;
};

/** Room for a window that is faster than the last one. */
const SPARE = 1.4;

/** `expected` is a first guess of activations per second; too high a guess costs memory, too low a one a short window. */
export async function startGenerator<Setup>(
  kind: Kind,
  setup: Setup,
  expected: number,
): Promise<Generator> {
  const child = startChild(fileURLToPath(new URL(`./${kind}.js`, import.meta.url)), []);
  let rate = expected;

  function ask(request: Request<Setup>): Promise<Window | undefined> {
    return new Promise((resolve, reject) => {
      const gone = () => reject(new Error(`the ${kind} load generator ended:\n${child.output()}`));
      child.process.once("exit", gone);
      child.process.once("message", (reply: Reply) => {
        child.process.off("exit", gone);
        if (reply.kind === "done") resolve(reply.window);
        else reject(new Error(`the ${kind} load generator failed: ${reply.problem}`));
      });
      child.process.send(request);
    });
  }

  await ask({ kind: "setup", setup });
  return {
    pid: child.pid,
    async refill(seconds) {
      await ask({ kind: "refill", activations: Math.ceil(rate * seconds * SPARE) });
    },
    async run(seconds) {
      const window = (await ask({ kind: "run", seconds })) as Window;
      rate = Math.max(100, (window.done / window.elapsedMs) * 1_000);
      return window;
    },
    async close() {
      await child.kill();
    },
  };
}
