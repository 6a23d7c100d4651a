import type {
  CompletenessOutput,
  RunCoverageOutput,
  RunOutput,
  SeqRangeOutput,
  SystemEntityOutput,
} from "slimmer-grpc";
import { countText, numberText } from "../output/units.ts";
import { sensorText } from "../sensors/parse-sensor.ts";
import { agoText, bothTexts } from "./wire.ts";

/** More would hide the sentence among them. */
const NAMED = 10;

/** What a run is. */
export function coverageFacts({ run }: RunCoverageOutput, nowMs: number): [string, string][] {
  if (!run) return [];
  const { client } = run;
  const facts: [string, string][] = [
    ["run", run.run_id],
    ["system", run.system_id],
    ["state", stateSentence(run, nowMs)],
    ["started", bothTexts(run.started_at, nowMs) + (run.clock_suspect ? ", clock suspect" : "")],
    ["last fired", bothTexts(run.last_fired_at, nowMs) || "never"],
  ];
  if (client?.name) {
    const host = client.host ? ` on ${client.host}` : "";
    facts.push(["client", `${client.name} ${client.version}${host}`]);
  }
  const labels = Object.entries(run.labels).map(([key, value]) => `${key}=${value}`);
  if (labels.length > 0) facts.push(["labels", labels.join(", ")]);
  return facts;
}

function stateSentence(run: RunOutput, nowMs: number): string {
  if (run.state === "RUNNING") return "running";
  if (run.state === "ENDED") {
    const reason = run.end_reason ? `: ${run.end_reason}` : "";
    return `ended on purpose ${bothTexts(run.ended_at, nowMs)}${reason}`;
  }
  return `lost: another run came ${bothTexts(run.superseded_at, nowMs)}, and this one had never said that it ends`;
}

/** What the run's list promised, what came of it, and whether everything is there. */
export function coverageSentences(coverage: RunCoverageOutput, nowMs: number): string[] {
  const { run, fired, never_fired: silent, unregistered, missing, added } = coverage;
  const listed = fired.length + silent.length;
  const sentences = [
    listed === 0
      ? "Its list of sensors is empty."
      : silent.length === 0
        ? `All ${countText(listed, "listed sensor")} fired.`
        : `${numberText(fired.length)} of ${countText(listed, "listed sensor")} fired; never: ${named(silent)}.`,
  ];
  if (unregistered.length > 0) {
    const entities = unregistered.flatMap(({ entity }) => (entity ? [entity] : []));
    sentences.push(
      `${countText(unregistered.length, "sensor")} fired without being listed: ${named(entities)}.`,
    );
  }
  if (missing.length > 0) {
    sentences.push(
      `${countText(missing.length, "sensor")} of the run before missing: ${named(missing)}.`,
    );
  }
  if (added.length > 0) {
    sentences.push(
      `${countText(added.length, "sensor")} more than the run before: ${named(added)}.`,
    );
  }
  if (run?.completeness) sentences.push(...completenessSentences(run.completeness, nowMs));
  return sentences;
}

function completenessSentences(completeness: CompletenessOutput, nowMs: number): string[] {
  const { received, expected, missing, uncounted, report } = completeness;
  const sentences: string[] = [];
  if (missing > 0) {
    sentences.push(
      `${numberText(received)} of ${countText(expected, "numbered activation")} ${received === 1 ? "is" : "are"} there; ${numberText(missing)} missing (on their way, in the client's spool, or lost): ${gapsText(completeness)}.`,
    );
  } else if (expected > 0) {
    sentences.push(
      expected === 1
        ? "Its one activation is there."
        : `All of its ${countText(expected, "numbered activation")} are there.`,
    );
  }
  if (uncounted > 0) {
    sentences.push(
      `${countText(uncounted, "activation")} came without a number: nobody can tell whether that is all.`,
    );
  }
  if (expected === 0 && uncounted === 0) sentences.push("No activation came yet.");
  if (report) {
    const when = agoText(completeness.reported_at, nowMs);
    sentences.push(
      `Its client said ${when}: ${numberText(report.sent)} sent, ${numberText(report.spooled)} waiting in its spool, ${numberText(report.lost)} lost.`,
    );
  }
  return sentences;
}

function gapsText({ gaps, gaps_truncated: truncated }: CompletenessOutput): string {
  const shown = gaps.slice(0, NAMED).map(rangeText);
  const rest = truncated ? " and more" : others(gaps.length - shown.length, "range");
  return `${shown.join(", ")}${rest}`;
}

function rangeText({ first, last }: SeqRangeOutput): string {
  return first === last ? `${first}` : `${first} to ${last}`;
}

function named(entities: readonly SystemEntityOutput[]): string {
  const shown = entities.slice(0, NAMED).map(sensorText);
  return `${shown.join(", ")}${others(entities.length - shown.length, "other")}`;
}

function others(count: number, noun: string): string {
  return count > 0 ? ` and ${countText(count, noun)}` : "";
}
