import { type RunOutput, type RunState, toJson } from "slimmer-grpc";
import type { Connection } from "../connection/connection-options.ts";
import type { Colour } from "../output/colours.ts";
import { csvLine } from "../output/csv-lines.ts";
import { durationText, numberText } from "../output/units.ts";
import type { ListOutput } from "./list-options.ts";
import { pagesOf } from "./pages.ts";
import { printFacts, printText } from "./print-facts.ts";
import { printList, type Shape } from "./print-list.ts";
import { coverageFacts, coverageSentences } from "./run-sentences.ts";
import { agoText, momentText, wireMs } from "./wire.ts";
import { withReader } from "./with-reader.ts";

const COLOURS: Partial<Record<RunState, Colour>> = { RUNNING: "green", LOST: "yellow" };

function shapeAt(nowMs: number): Shape<RunOutput> {
  return {
    field: "runs",
    message: "Run",
    nouns: "runs",
    table: [
      { title: "run", cell: ({ run_id: id }) => id },
      {
        title: "state",
        cell: ({ state }) => state.toLowerCase(),
        colour: ({ state }) => COLOURS[state],
      },
      { title: "started", cell: ({ started_at: at }) => agoText(at, nowMs) },
      { title: "lasted", cell: (run) => lastedText(run, nowMs) },
      {
        title: "sensors",
        cell: (run) => `${run.fired_sensor_count}/${run.registered_count}`,
        isNumber: true,
      },
      { title: "activations", cell: ({ fired_count: count }) => numberText(count), isNumber: true },
      {
        title: "missing",
        cell: ({ completeness }) => numberText(completeness?.missing ?? 0),
        isNumber: true,
        colour: ({ completeness }) => (completeness?.missing ? "yellow" : undefined),
      },
      { title: "remarks", cell: remarksOf },
    ],
    csv: [
      ["system_id", ({ system_id: id }) => id],
      ["run_id", ({ run_id: id }) => id],
      ["state", ({ state }) => state],
      ["started_at", ({ started_at: at }) => momentText(at)],
      ["ended_at", ({ ended_at: at }) => momentText(at)],
      ["end_reason", ({ end_reason: reason }) => reason],
      ["superseded_at", ({ superseded_at: at }) => momentText(at)],
      ["registered_count", ({ registered_count: count }) => count],
      ["fired_sensor_count", ({ fired_sensor_count: count }) => count],
      ["unregistered_count", ({ unregistered_count: count }) => count],
      ["fired_count", ({ fired_count: count }) => count],
      ["expected", ({ completeness }) => completeness?.expected ?? 0],
      ["missing", ({ completeness }) => completeness?.missing ?? 0],
      ["clock_suspect", ({ clock_suspect: suspect }) => suspect],
    ],
  };
}

function lastedText(run: RunOutput, nowMs: number): string {
  if (!run.started_at) return "";
  const end = run.ended_at ?? run.superseded_at;
  const ms = (end ? wireMs(end) : nowMs) - wireMs(run.started_at);
  return ms < 0 ? "" : durationText(ms);
}

function remarksOf(run: RunOutput): string {
  const remarks: string[] = [];
  if (run.state === "ENDED" && run.end_reason) remarks.push(run.end_reason);
  if (run.unregistered_count > 0) remarks.push(`${run.unregistered_count} not listed`);
  if (run.clock_suspect) remarks.push("clock suspect");
  return remarks.join(", ");
}

/** `slimmer runs <system>`: the newest first; resolves with the exit code. */
export async function listRuns(
  connection: Connection,
  { system, limit }: { system: string; limit: number },
  output: ListOutput,
): Promise<number> {
  return withReader(connection, (reader) => {
    const pages = pagesOf(limit, async (page) => {
      const { runs, next_page_token } = await reader.call("list_runs", {
        ...page,
        system_id: system,
      });
      return { rows: runs, nextPageToken: next_page_token };
    });
    return printList(pages, shapeAt(Date.now()), output);
  });
}

/** `slimmer runs <system> <run>`: its coverage and completeness; resolves with the exit code. */
export async function showRun(
  connection: Connection,
  { system, run }: { system: string; run: string },
  output: ListOutput,
): Promise<number> {
  return withReader(connection, async (reader) => {
    const found = await reader.call("get_run_coverage", { system_id: system, run_id: run });
    if (output === "json") return printText(`${toJson("RunCoverage", found)}\n`);
    if (output === "csv") {
      const { csv } = shapeAt(0);
      const titles = csvLine(csv.map(([title]) => title));
      const line = found.run ? csvLine(csv.map(([, cell]) => cell(found.run as RunOutput))) : "";
      return printText(titles + line);
    }
    const nowMs = Date.now();
    return printFacts(coverageFacts(found, nowMs), coverageSentences(found, nowMs));
  });
}
