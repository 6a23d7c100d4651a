import type { StoredActivationOutput } from "slimmer-grpc";
import type { Connection } from "../connection/connection-options.ts";
import type { Column } from "../output/columns.ts";
import { timeText } from "../output/units.ts";
import { sensorText } from "../sensors/parse-sensor.ts";
import type { Filters } from "./filters.ts";
import type { ListOutput } from "./list-options.ts";
import { pagesOf } from "./pages.ts";
import { printList, type Shape } from "./print-list.ts";
import { agoText, exportedText, wireMs } from "./wire.ts";
import { withReader } from "./with-reader.ts";

/** To the millisecond: a table is for people. */
const TIME_COLUMN: Column<StoredActivationOutput> = {
  title: "time",
  cell: ({ shown_at: at }) => (at ? timeText(wireMs(at)) : ""),
};

/** A table of activations; how long ago something was would soon be wrong in one that stays on the screen. */
export const ACTIVATION_COLUMNS: readonly Column<StoredActivationOutput>[] = [
  TIME_COLUMN,
  { title: "system", cell: ({ system_id: id }) => id },
  { title: "sensor", cell: ({ entity }) => (entity ? sensorText(entity) : "") },
  { title: "marks", cell: marksText, colour: () => "yellow" },
  { title: "attributes", cell: attributesText },
];

/** The columns of an export, in its order. */
export const ACTIVATION_CSV: Shape<StoredActivationOutput>["csv"] = [
  ["system_id", ({ system_id: id }) => id],
  ["run_id", ({ run_id: id }) => id],
  ["category", ({ entity }) => entity?.category ?? ""],
  ["name", ({ entity }) => entity?.name ?? ""],
  ["identity", ({ entity }) => entity?.identity ?? ""],
  ["activation_id", ({ activation_id: id }) => id],
  ["shown_at", ({ shown_at: at }) => exportedText(at)],
  ["occurred_at", ({ occurred_at: at }) => exportedText(at)],
  ["received_at", ({ received_at: at }) => exportedText(at)],
  ["shown_at_unix_ms", ({ shown_at: at }) => (at ? Math.floor(wireMs(at)) : "")],
  ["seq", ({ seq }) => seq],
  ["unregistered", ({ unregistered }) => unregistered],
  ["clock_suspect", ({ clock_suspect: suspect }) => suspect],
  ["late", ({ late }) => late],
  ["attributes", attributesJson],
];

function shapeAt(nowMs: number): Shape<StoredActivationOutput> {
  return {
    field: "activations",
    message: "StoredActivation",
    nouns: "activations",
    table: [
      { title: "when", cell: ({ shown_at: at }) => agoText(at, nowMs) },
      ...ACTIVATION_COLUMNS,
    ],
    csv: ACTIVATION_CSV,
  };
}

/** What is remarkable about an activation, in words. */
function marksText({ unregistered, clock_suspect: suspect, late }: StoredActivationOutput): string {
  const marks = [unregistered && "not listed", suspect && "clock suspect", late && "late"];
  return marks.filter(Boolean).join(", ");
}

function attributesJson({ attributes }: StoredActivationOutput): string {
  return Object.keys(attributes).length === 0 ? "" : JSON.stringify(attributes);
}

function attributesText({ attributes }: StoredActivationOutput): string {
  return Object.entries(attributes)
    .map(([key, value]) => `${key}=${value}`)
    .join(" ");
}

/** `slimmer activations`: the newest first; resolves with the exit code. */
export async function listActivations(
  connection: Connection,
  { limit, filters }: { limit: number; filters: Filters },
  output: ListOutput,
): Promise<number> {
  return withReader(connection, (reader) => {
    const pages = pagesOf(limit, async (page) => {
      const request = { ...page, ...filters };
      const { activations, next_page_token } = await reader.call("list_activations", request);
      return { rows: activations, nextPageToken: next_page_token };
    });
    return printList(pages, shapeAt(Date.now()), output);
  });
}
