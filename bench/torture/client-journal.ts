import { readFileSync, writeSync } from "node:fs";

/** One fired activation, as the program saw it once `fire` had returned. */
export type FiredEntry = {
  readonly kind: "fired";
  readonly id: string;
  readonly runId: string;
  readonly seq: number;
  /** Its number in the list of the run. */
  readonly sensor: number;
  /** By a clock that nobody steps. */
  readonly trueMs: number;
  readonly savedTo: "disk" | "memory" | "nowhere";
  /** Whether this process had been told the server's time before. */
  readonly knewTime: boolean;
};

/** What a client program writes down. `life` numbers the processes that have spoken for one client. */
export type JournalEntry =
  | { readonly kind: "run"; readonly runId: string; readonly life: number }
  | FiredEntry
  | { readonly kind: "delivered"; readonly ids: readonly string[]; readonly duplicates: number }
  | { readonly kind: "dropped"; readonly cause: string; readonly count: number }
  | {
      readonly kind: "refused";
      readonly id: string;
      readonly status: string;
      readonly reason: string | undefined;
      readonly message: string;
    }
  | { readonly kind: "retried"; readonly name: string }
  | { readonly kind: "problem"; readonly what: string; readonly message: string }
  | { readonly kind: "start failed"; readonly code: string; readonly message: string };

/** Writes synchronously: whatever was noted outlives a kill -9. */
export function note(file: number, entry: JournalEntry): void {
  writeSync(file, `${JSON.stringify(entry)}\n`);
}

export function readJournal(path: string): JournalEntry[] {
  return readFileSync(path, "utf8")
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line));
}
