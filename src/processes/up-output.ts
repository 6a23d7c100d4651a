import type { SupervisorLog } from "../supervisor/supervisor.ts";
import { readableLine } from "./log-line.ts";

/** Standard output of `slimmer up`: a column that names the process, and what it says. */
export const upLog: SupervisorLog = {
  info: () => undefined, // that a process is ready shows in the summary, and in its own log
  warn(facts, message) {
    const shown = Object.entries(facts).filter(([, value]) => value !== null);
    say(`${message} (${shown.map(([name, value]) => `${name} ${value}`).join(", ")})`);
  },
};

export function lineOf(name: string): (line: string) => void {
  return (line) => print(`${name.padEnd("database".length)} | ${readableLine(line)}`);
}

/** A sentence of `up` itself. */
export function say(sentence: string): void {
  lineOf("up")(sentence);
}

export function print(text: string): void {
  process.stdout.write(`${text}\n`);
}
