import type { SpoolInspection } from "slimmer-client";
import { EXIT } from "../../processes/exit-codes.ts";
import { reportClientError } from "../connection/open-client.ts";
import { type Output, printJson, printLine } from "../output/output-option.ts";
import { renderFacts, renderTable } from "../output/table.ts";
import { bytesText, countText, timeText } from "../output/units.ts";

/** `slimmer spool inspect`: prints what is in a spool folder; resolves with the exit code. */
export async function inspect(dir: string, output: Output): Promise<number> {
  const { inspectSpool } = await import("slimmer-client");
  try {
    const seen = await inspectSpool(dir);
    if (output === "json") printJson(seen);
    else printLine(inspectionText(seen));
    return EXIT.ok;
  } catch (error) {
    return reportClientError(error);
  }
}

/** The same for people. */
export function inspectionText(seen: SpoolInspection): string {
  const { totals, segments, runs } = seen;
  const facts: [string, string | number][] = [
    ["folder", seen.dir],
    ["in use by", seen.ownerPid === undefined ? "no process" : `process ${seen.ownerPid}`],
    ["activations", `${totals.records} on disk; delivered ones stay until their segment is done`],
    ...(totals.oldestMs === undefined
      ? []
      : ([
          ["oldest", timeText(totals.oldestMs)],
          ["newest", timeText(totals.newestMs ?? totals.oldestMs)],
        ] as [string, string][])),
    ["damaged", totals.lost],
    ["refused", seen.deadLetters === 0 ? 0 : `${seen.deadLetters}, kept as dead letters`],
    ["size", `${bytesText(totals.bytes)} in ${countText(segments.length, "segment")}`],
  ];
  const parts = [renderFacts(facts)];
  if (runs.length > 0) {
    parts.push(
      renderTable(
        ["run", "system", "activations", "sensors", "started", "ended"],
        runs.map((run) => [
          run.runId,
          run.systemId ?? "(unknown: no run file)",
          run.records,
          run.sensors ?? "",
          run.startedAtMs === undefined ? "" : timeText(run.startedAtMs),
          run.endedAtMs === undefined ? "" : `${timeText(run.endedAtMs)} ${run.endReason ?? ""}`,
        ]),
      ),
    );
  }
  const problems = segments.flatMap(({ file, problem, damagedStretches }) => {
    if (problem !== undefined) return [`${file}: ${problem}`];
    return damagedStretches > 0 ? [`${file}: damaged in ${damagedStretches} places`] : [];
  });
  if (problems.length > 0) parts.push(problems.join("\n"));
  return parts.join("\n\n");
}
