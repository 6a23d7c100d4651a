import type { Run } from "../../api/types.ts";
import { durationWords } from "../../ui/duration-words.ts";
import { countWords, plural } from "../../ui/number-words.ts";
import { type Bearer, runLook } from "../../ui/state-words.ts";
import { absoluteWords } from "../../ui/time-words.ts";

/** How long a run lasted, or lasts. A lost one was over when it was last heard, which nobody knows: its successor's begin is
 * the latest that it can be. */
export function runLength(run: Run, now: number): number {
  const from = (run.started_at ?? run.received_at)?.getTime() ?? now;
  const end = run.ended_at ?? run.superseded_at;
  return Math.max(0, (end ? end.getTime() : now) - from);
}

/** How much of the ribbon a run gets: long ones more, but not so much more that short ones vanish. */
export function runShare(lengthMs: number): number {
  return Math.max(1, Math.sqrt(lengthMs / 60_000));
}

/** What the tip of a run says. */
export function runFacts(run: Run, system: Bearer | undefined, now: number): string {
  const { word } = runLook(run.state, system, now);
  const lines = [`run ${run.run_id}: ${word}, ${durationWords(runLength(run, now))}`];
  if (run.started_at) lines.push(`from ${absoluteWords(run.started_at)}`);
  if (run.ended_at) {
    lines.push(
      `until ${absoluteWords(run.ended_at)}${run.end_reason ? `: ${run.end_reason}` : ""}`,
    );
  } else if (run.superseded_at) {
    lines.push(`another run came at ${absoluteWords(run.superseded_at)}`);
  }
  lines.push(
    `${plural(run.fired_count, "activation")}, ${countWords(run.fired_sensor_count)} of ${plural(run.registered_count, "sensor")} fired`,
  );
  const missing = run.completeness?.missing ?? 0;
  if (missing > 0) lines.push(`${countWords(missing)} missing`);
  if (run.client) lines.push(`${run.client.name} ${run.client.version}`);
  return lines.join("\n");
}
