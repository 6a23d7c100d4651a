import type { RunState, System, SystemState } from "../api/types.ts";
import { momentWords } from "./time-words.ts";

/** A state is told by a shape, a word and a colour, so that none of them is needed. */
export type Look = { shape: string; word: string; tone: string; meaning: string };

const UNKNOWN: Look = { shape: "?", word: "unknown", tone: "stopped", meaning: "" };

const SYSTEM: Partial<Record<SystemState, Look>> = {
  UP: { shape: "●", word: "up", tone: "up", meaning: "a sign of life came in time" },
  LATE: { shape: "◐", word: "late", tone: "late", meaning: "the next sign of life is overdue" },
  DOWN: { shape: "○", word: "down", tone: "down", meaning: "no sign of life for too long" },
  STOPPED: { shape: "◌", word: "stopped", tone: "stopped", meaning: "its run ended on purpose" },
  QUIET: {
    shape: "◔",
    word: "quiet",
    tone: "quiet",
    meaning: "it sends no pings, so its silence says nothing",
  },
};

const RUN: Partial<Record<RunState, Look>> = {
  RUNNING: { shape: "◔", word: "current", tone: "quiet", meaning: "the current run" },
  ENDED: { shape: "◌", word: "ended", tone: "stopped", meaning: "ended on purpose" },
  LOST: { shape: "✕", word: "lost", tone: "down", meaning: "never said that it ends" },
};

export const SYSTEM_STATES = ["DOWN", "LATE", "UP", "QUIET", "STOPPED"] as const;

export function systemLook(state: SystemState): Look {
  return SYSTEM[state] ?? UNKNOWN;
}

/** What is known of the system that a run belongs to. */
export type Bearer = Pick<System, "state" | "last_seen_at">;

/**
 * How a run is. That it is the current one does not say that it runs: only its system's signs of life do, so without them it
 * is never green. `now` is the server's clock.
 */
export function runLook(state: RunState, system: Bearer | undefined, now: number): Look {
  const known = RUN[state] ?? UNKNOWN;
  if (state !== "RUNNING" || !system) return known;
  const { shape, tone, meaning } = systemLook(system.state);
  switch (system.state) {
    case "UP":
      return { shape, tone, word: "running", meaning: `the current run: ${meaning}` };
    case "LATE":
    case "DOWN": {
      const seen = system.last_seen_at;
      const word = seen ? `silent since ${momentWords(seen, now)}` : "silent";
      return { shape, tone, word, meaning: `the current run: ${meaning}` };
    }
    case "QUIET":
      return { ...known, meaning: `the current run: ${meaning}` };
    default:
      return known;
  }
}
