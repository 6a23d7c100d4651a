import { type SystemOrder, type SystemOutput, type SystemState, toJson } from "slimmer-grpc";
import type { Connection } from "../connection/connection-options.ts";
import type { Colour } from "../output/colours.ts";
import { csvLine } from "../output/csv-lines.ts";
import { countText, numberText, sumText } from "../output/units.ts";
import type { ListOutput } from "./list-options.ts";
import { pagesOf } from "./pages.ts";
import { printFacts, printText } from "./print-facts.ts";
import { printList, type Shape } from "./print-list.ts";
import { agoText, bothTexts, lengthText, momentText } from "./wire.ts";
import { withReader } from "./with-reader.ts";

const COLOURS: Partial<Record<SystemState, Colour>> = {
  UP: "green",
  LATE: "yellow",
  DOWN: "red",
  STOPPED: "dim",
};

/** "down" for DOWN. */
export function stateText(state: string): string {
  return state.toLowerCase().replaceAll("_", " ");
}

function shapeAt(nowMs: number): Shape<SystemOutput> {
  return {
    field: "systems",
    message: "System",
    nouns: "systems",
    table: [
      { title: "system", cell: ({ system_id: id }) => id },
      {
        title: "state",
        cell: ({ state }) => stateText(state),
        colour: ({ state }) => COLOURS[state],
      },
      { title: "since", cell: ({ state_since: since }) => agoText(since, nowMs) },
      { title: "last seen", cell: ({ last_seen_at: at }) => agoText(at, nowMs) },
      { title: "last fired", cell: ({ last_fired_at: at }) => agoText(at, nowMs) || "never" },
      {
        title: "sensors",
        cell: ({ current_run: run }) => String(run?.registered_count ?? 0),
        isNumber: true,
      },
      { title: "24 h", cell: ({ hourly_counts: counts }) => sumText(counts), isNumber: true },
      { title: "in all", cell: ({ fired_count: count }) => numberText(count), isNumber: true },
    ],
    csv: [
      ["system_id", ({ system_id: id }) => id],
      ["state", ({ state }) => state],
      ["state_since", ({ state_since: since }) => momentText(since)],
      ["last_seen_at", ({ last_seen_at: at }) => momentText(at)],
      ["last_fired_at", ({ last_fired_at: at }) => momentText(at)],
      ["fired_count", ({ fired_count: count }) => count],
      ["run_id", ({ current_run: run }) => run?.run_id ?? ""],
      ["registered_count", ({ current_run: run }) => run?.registered_count ?? 0],
      ["spooled", ({ report }) => report?.spooled ?? ""],
      ["lost", ({ report }) => report?.lost ?? ""],
    ],
  };
}

export type SystemsWish = {
  readonly limit: number;
  readonly states: readonly SystemState[];
  readonly query: string;
  readonly label: string;
  readonly byName: boolean;
};

/** `slimmer systems`: those that need attention first; resolves with the exit code. */
export async function listSystems(
  connection: Connection,
  { limit, states, query, label, byName }: SystemsWish,
  output: ListOutput,
): Promise<number> {
  return withReader(connection, (reader) => {
    const pages = pagesOf(limit, async (page) => {
      const order: SystemOrder = byName ? "NAME" : "ATTENTION";
      const request = { ...page, states: [...states], query, label, order };
      const { systems: rows, next_page_token } = await reader.call("list_systems", request);
      return { rows, nextPageToken: next_page_token };
    });
    return printList(pages, shapeAt(Date.now()), output);
  });
}

/** `slimmer systems <id>`; resolves with the exit code. */
export async function showSystem(
  connection: Connection,
  system: string,
  output: ListOutput,
): Promise<number> {
  return withReader(connection, async (reader) => {
    const found = await reader.call("get_system", { system_id: system });
    if (output === "json") return printText(`${toJson("System", found)}\n`);
    const nowMs = Date.now();
    const { csv } = shapeAt(nowMs);
    if (output === "csv") {
      const lines = [csv.map(([title]) => title), csv.map(([, cell]) => cell(found))];
      return printText(lines.map(csvLine).join(""));
    }
    return printFacts(factsOf(found, nowMs));
  });
}

function factsOf(system: SystemOutput, nowMs: number): [string, string][] {
  const { current_run: run, report } = system;
  const facts: [string, string][] = [
    ["system", system.system_id],
    ["state", `${stateText(system.state)}, ${sinceText(system, nowMs)}`],
    ["last seen", bothTexts(system.last_seen_at, nowMs)],
    ["down after", `${lengthText(system.silent_after)} without a sign of life`],
    ["last fired", bothTexts(system.last_fired_at, nowMs) || "never"],
    [
      "activations",
      `${numberText(system.fired_count)}, ${sumText(system.hourly_counts)} in 24 hours`,
    ],
    ["first seen", bothTexts(system.created_at, nowMs)],
  ];
  if (run) {
    facts.push(
      ["run", `${run.run_id}, begun ${agoText(run.started_at, nowMs)}`],
      [
        "sensors",
        `${run.fired_sensor_count} of ${countText(run.registered_count, "sensor")} fired`,
      ],
    );
  }
  if (report) {
    const said = agoText(system.reported_at, nowMs);
    facts.push([
      "client",
      `${numberText(report.spooled)} in its spool, ${numberText(report.lost)} lost (said ${said})`,
    ]);
  }
  return facts;
}

function sinceText({ state_since: since }: SystemOutput, nowMs: number): string {
  return since
    ? `since ${momentText(since)} (${agoText(since, nowMs)})`
    : "nobody knows since when";
}
