import { fileURLToPath } from "node:url";
import { startChild } from "../support/child.ts";
import { giveLowestPriority } from "../support/lowest-priority.ts";
import { NODE_ARGS } from "../support/node-args.ts";
import type { Given, OnlookerReply, OnlookerRequest, Onlookers } from "./protocol.ts";

/** Those who look on, in a process of their own. */
export type Crowd = {
  readonly pid: number;
  /** What they were given until now. */
  tell(): Promise<Given>;
  /** They leave without a word. */
  leave(): Promise<void>;
};

const PROGRAM = fileURLToPath(new URL("./program.js", import.meta.url));

/** Resolves when all of them are there. What they do is other machines' work: they take of the cores what nobody else wants. */
export async function startCrowd(onlookers: Onlookers): Promise<Crowd> {
  const child = startChild(PROGRAM, [], { execArgv: NODE_ARGS });
  giveLowestPriority(child.pid);

  function ask(request: OnlookerRequest): Promise<Given> {
    return new Promise((resolve, reject) => {
      child.process.once("message", (reply: OnlookerReply) => {
        if (reply.kind === "given") resolve(reply.given);
        else reject(new Error(`the onlookers could not come: ${reply.problem}`));
      });
      void child.exited.then(() => reject(new Error(`the onlookers ended:\n${child.output()}`)));
      child.process.send(request);
    });
  }

  async function leave(): Promise<void> {
    await child.kill();
  }

  try {
    await ask({ kind: "open", onlookers });
  } catch (error) {
    await leave();
    throw error;
  }
  return { pid: child.pid, tell: () => ask({ kind: "tell" }), leave };
}
