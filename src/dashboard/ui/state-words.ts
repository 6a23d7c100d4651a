import type { RunState, SystemState } from "../api/types.ts";

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
  RUNNING: { shape: "●", word: "running", tone: "up", meaning: "the current run" },
  ENDED: { shape: "◌", word: "ended", tone: "stopped", meaning: "ended on purpose" },
  LOST: { shape: "✕", word: "lost", tone: "down", meaning: "never said that it ends" },
};

export const SYSTEM_STATES = ["DOWN", "LATE", "UP", "QUIET", "STOPPED"] as const;

export function systemLook(state: SystemState): Look {
  return SYSTEM[state] ?? UNKNOWN;
}

export function runLook(state: RunState): Look {
  return RUN[state] ?? UNKNOWN;
}
