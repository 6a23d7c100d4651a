import type { Completeness, RunState, SeqRange } from "../../api/types.ts";
import { countWords, plural } from "../../ui/number-words.ts";

export type CompletenessLook = { shape: string; tone: string; words: string; more: string[] };

/** So many holes are named; more would be no sentence. */
const MOST_NAMED = 12;

/** Whether everything that a run sent is there, as a sentence, and what else is known of it. */
export function completenessLook(
  completeness: Completeness | undefined,
  state: RunState,
): CompletenessLook {
  const { received = 0, expected = 0, missing = 0, uncounted = 0, report } = completeness ?? {};
  const more: string[] = [];
  if (uncounted > 0 && expected > 0) {
    more.push(`${plural(uncounted, "activation")} beside them came without a number.`);
  }
  const reported = reportWords(report);
  if (reported) more.push(reported);
  if (expected === 0) {
    return uncounted > 0
      ? {
          shape: "◔",
          tone: "quiet",
          words: `${countWords(uncounted)} stored. The client does not count its activations, so a loss would not show.`,
          more,
        }
      : { shape: "◌", tone: "stopped", words: "Nothing sent yet.", more };
  }
  const lost = report?.lost ?? 0;
  const sent = `${countWords(expected)} sent, ${countWords(received)} stored`;
  if (missing === 0) {
    const tone = lost > 0 ? "down" : "up";
    const shape = lost > 0 ? "✕" : "●";
    const end = lost > 0 ? `${countWords(lost)} dropped by the client` : "0 lost";
    return { shape, tone, words: `${sent}, ${end}.`, more };
  }
  const holes = rangesWords(completeness?.gaps ?? [], completeness?.gaps_truncated ?? false);
  const isUnderway = lost === 0 && (state === "RUNNING" || missing <= (report?.spooled ?? 0));
  if (isUnderway) more.unshift(waitingWords(missing, report?.spooled ?? 0));
  return {
    shape: isUnderway ? "◐" : "✕",
    tone: isUnderway ? "late" : "down",
    words: `${sent}, ${countWords(missing)} missing: ${holes}.`,
    more,
  };
}

function waitingWords(missing: number, spooled: number): string {
  if (spooled >= missing) return "They wait in the client's spool, and come when it can send.";
  return "They may still be on their way.";
}

function reportWords(report: Completeness["report"]): string | undefined {
  if (!report || (report.spooled === 0 && report.lost === 0)) return undefined;
  const said = [];
  if (report.spooled > 0) said.push(`${countWords(report.spooled)} waiting in its spool`);
  if (report.lost > 0) said.push(`${countWords(report.lost)} dropped`);
  return `The client reports ${said.join(" and ")}.`;
}

/** "118, 119, 640 to 702 and more". */
export function rangesWords(ranges: readonly SeqRange[], truncated: boolean): string {
  const named = ranges.slice(0, MOST_NAMED).flatMap(({ first, last }) => {
    if (first === last) return [countWords(first)];
    if (last === first + 1) return [countWords(first), countWords(last)];
    return [`${countWords(first)} to ${countWords(last)}`];
  });
  const isMore = truncated || ranges.length > MOST_NAMED;
  return `${named.join(", ")}${isMore ? " and more" : ""}`;
}
