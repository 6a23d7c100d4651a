import type { ChildProcess } from "node:child_process";
import { constants } from "node:os";
import { deferred } from "../../kit/deferred.ts";

const HANDED_ON = ["SIGTERM", "SIGHUP", "SIGINT", "SIGQUIT", "SIGUSR1", "SIGUSR2"] as const;
/** What a terminal sends to all of its foreground processes by itself. */
const FROM_TERMINAL: readonly string[] = ["SIGINT", "SIGQUIT"];
/** What asks to end. */
const ENDING: readonly string[] = ["SIGTERM", "SIGHUP", "SIGINT", "SIGQUIT"];

/** Signals to `slimmer exec`: from its start to its end none of them ends it without a word to the server. */
export type JobSignals = {
  /** The signal that asked to end before there was a command. */
  readonly early: NodeJS.Signals | undefined;
  /** From now on signals are the command's, until it ends. */
  handTo(child: ChildProcess): void;
  /** Settles when somebody asks to end after the command has ended. */
  readonly hurried: Promise<void>;
  /** Leaves signals to Node again. */
  dispose(): void;
};

export function listenForJobSignals(): JobSignals {
  const hurried = deferred<void>();
  let child: ChildProcess | undefined;
  let early: NodeJS.Signals | undefined;

  function onSignal(signal: NodeJS.Signals): void {
    if (!child) {
      if (ENDING.includes(signal)) early ??= signal;
    } else if (child.exitCode !== null || child.signalCode !== null) {
      if (ENDING.includes(signal)) hurried.resolve();
      // The terminal has told the command already; twice would be once too often for many.
    } else if (!(FROM_TERMINAL.includes(signal) && hasTerminal())) child.kill(signal);
  }

  for (const signal of HANDED_ON) process.on(signal, onSignal);
  return {
    get early() {
      return early;
    },
    handTo(started) {
      child = started;
    },
    hurried: hurried.promise,
    dispose() {
      for (const signal of HANDED_ON) process.off(signal, onSignal);
    },
  };
}

/** The exit status of a command that a signal has ended, as shells give it. */
export function statusOfSignal(signal: NodeJS.Signals): number {
  return 128 + (constants.signals[signal] ?? 0);
}

function hasTerminal(): boolean {
  return [process.stdin, process.stdout, process.stderr].some((stream) => stream.isTTY);
}
