import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { deferred } from "../kit/deferred.ts";
import { within } from "../kit/within.ts";
import type { ReadyMessage } from "./parent.ts";

export type ChildOptions = {
  /** For people: the prefix of its lines. */
  name: string;
  /** The file that Node runs, and its arguments. */
  entry: string;
  args: readonly string[];
  /** Options of Node itself. */
  nodeArgs?: readonly string[];
  env: NodeJS.ProcessEnv;
  /** Takes each line that the child writes, without its end. */
  onLine(line: string): void;
};

export type ChildEnd = {
  code: number | null;
  signal: string | null;
  /** The last lines that it wrote to its standard error, else to its standard output. */
  lastLines: readonly string[];
};

export type Child = {
  readonly pid: number | undefined;
  /** Settles with the child's word that it does its work; never if it ends before. */
  readonly ready: Promise<ReadyMessage>;
  /** Settles when it has ended and everything it wrote was passed on. */
  readonly ended: Promise<ChildEnd>;
  /** SIGTERM, and SIGKILL after `ms` milliseconds; resolves when it has ended. */
  stop(ms: number): Promise<void>;
  /** SIGTERM alone. */
  terminate(): void;
  /** SIGKILL for the child and all that it started in its group. */
  kill(): void;
};

const LAST_LINES = 12;
/** A grandchild may hold the pipes of a child that has ended; its lines are not waited for. */
const LAST_WORDS_MS = 500;

/**
 * Starts `node <entry> <args>` in a process group of its own, so that the terminal's Ctrl-C reaches it only through us,
 * in our order. The channel to it doubles as a leash: it closes when we die.
 */
export function startChild(options: ChildOptions): Child {
  const { entry, args, nodeArgs = [], env, onLine } = options;
  const child = spawn(process.execPath, [...nodeArgs, entry, ...args], {
    env,
    detached: true,
    stdio: ["ignore", "pipe", "pipe", "ipc"],
  });
  const ready = deferred<ReadyMessage>();
  child.on("message", (message) => {
    if (isReady(message)) ready.resolve(message);
  });
  const errors = follow(child.stderr, onLine);
  const output = follow(child.stdout, onLine);
  const ended = endOf(child, () => (errors.length > 0 ? errors : output));

  function kill(): void {
    if (child.pid === undefined) return;
    try {
      process.kill(-child.pid, "SIGKILL");
    } catch {
      child.kill("SIGKILL"); // the group is not there yet, or not any more
    }
  }

  return {
    pid: child.pid,
    ready: ready.promise,
    ended,
    kill,
    terminate() {
      child.kill("SIGTERM");
    },
    async stop(ms) {
      child.kill("SIGTERM");
      await within(ms, "stopping", ended).catch(kill);
      await ended;
    },
  };
}

function isReady(message: unknown): message is ReadyMessage {
  return (message as { kind?: unknown } | null)?.kind === "ready";
}

function follow(stream: Readable | null, onLine: (line: string) => void): string[] {
  const last: string[] = [];
  if (!stream) return last;
  createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY }).on("line", (line) => {
    last.push(line);
    if (last.length > LAST_LINES) last.shift();
    onLine(line);
  });
  return last;
}

function endOf(child: ChildProcess, lastLines: () => readonly string[]): Promise<ChildEnd> {
  const ended = deferred<ChildEnd>();
  child.once("error", (error) => {
    // Also raised when a signal could not be sent; only a child that never began has no pid.
    if (child.pid === undefined)
      ended.resolve({ code: null, signal: null, lastLines: [error.message] });
  });
  child.once("exit", (code, signal) => {
    const end = () => ended.resolve({ code, signal, lastLines: [...lastLines()] });
    const timer = setTimeout(end, LAST_WORDS_MS);
    child.once("close", () => {
      clearTimeout(timer);
      end();
    });
  });
  return ended.promise;
}
