import type { Run } from "../../api/types.ts";
import { durationWords } from "../../ui/duration-words.ts";

/** How long a run lasted, or lasts. */
export function runLength({ started_at, ended_at, superseded_at }: Run, now: number): string {
  if (!started_at) return "—";
  const end = ended_at ?? superseded_at;
  return durationWords(Math.max(0, (end?.getTime() ?? now) - started_at.getTime()));
}

/** How it ended and why, as a sentence; empty for one that has not. */
export function endWords({ state, end_reason }: Run): string {
  if (state === "ENDED")
    return end_reason ? `Ended on purpose: ${end_reason}.` : "Ended on purpose.";
  if (state === "LOST") {
    return "Lost: another run began, and this one had never said that it ends. A crash, or a power cut.";
  }
  return "";
}
