import { type Attention, type RhythmOutput, type SensorOutput, toJson } from "slimmer-grpc";
import type { Connection } from "../connection/connection-options.ts";
import type { Colour } from "../output/colours.ts";
import { csvLine } from "../output/csv-lines.ts";
import { countText, numberText, sumText } from "../output/units.ts";
import { type Sensor, sensorText } from "../sensors/parse-sensor.ts";
import type { SensorFilterValues } from "./filters.ts";
import type { ListOutput } from "./list-options.ts";
import { pagesOf } from "./pages.ts";
import { printFacts, printText } from "./print-facts.ts";
import { printList, type Shape } from "./print-list.ts";
import { agoText, bothTexts, lengthText, momentText } from "./wire.ts";
import { withReader } from "./with-reader.ts";

const COLOURS: Partial<Record<Attention, Colour>> = {
  MISSING: "red",
  NEVER_FIRED: "yellow",
  SILENT: "yellow",
  UNREGISTERED: "yellow",
};

/** "never fired" for NEVER_FIRED; nothing where there is nothing to say. */
function attentionText(attention: Attention): string {
  return attention === "NONE" ? "" : attention.toLowerCase().replaceAll("_", " ");
}

function shapeAt(nowMs: number): Shape<SensorOutput> {
  return {
    field: "sensors",
    message: "Sensor",
    nouns: "sensors",
    table: [
      { title: "sensor", cell: ({ entity }) => (entity ? sensorText(entity) : "") },
      {
        title: "attention",
        cell: ({ attention }) => attentionText(attention),
        colour: ({ attention }) => COLOURS[attention],
      },
      { title: "last fired", cell: ({ last_fired_at: at }) => agoText(at, nowMs) || "never" },
      { title: "usual gap", cell: ({ usual_gap: gap }) => lengthText(gap), isNumber: true },
      { title: "24 h", cell: ({ hourly_counts: counts }) => sumText(counts), isNumber: true },
      { title: "in run", cell: ({ run_fired_count: count }) => numberText(count), isNumber: true },
      { title: "in all", cell: ({ fired_count: count }) => numberText(count), isNumber: true },
    ],
    csv: [
      ["system_id", ({ system_id: id }) => id],
      ["category", ({ entity }) => entity?.category ?? ""],
      ["name", ({ entity }) => entity?.name ?? ""],
      ["identity", ({ entity }) => entity?.identity ?? ""],
      ["attention", ({ attention }) => attention],
      ["registered", ({ registered }) => registered],
      ["first_fired_at", ({ first_fired_at: at }) => momentText(at)],
      ["last_fired_at", ({ last_fired_at: at }) => momentText(at)],
      ["fired_count", ({ fired_count: count }) => count],
      ["run_fired_count", ({ run_fired_count: count }) => count],
      ["usual_gap_seconds", ({ usual_gap: gap }) => (gap ? gap.seconds + gap.nanos / 1e9 : "")],
    ],
  };
}

export type SensorsWish = SensorFilterValues & {
  readonly system: string;
  readonly limit: number;
  readonly attention: readonly Attention[];
  readonly byName: boolean;
};

/** `slimmer sensors <system>`: those that need attention first; resolves with the exit code. */
export async function listSensors(
  connection: Connection,
  { system, limit, byName, attention, ...filters }: SensorsWish,
  output: ListOutput,
): Promise<number> {
  return withReader(connection, (reader) => {
    const pages = pagesOf(limit, async (page) => {
      const { sensors, next_page_token } = await reader.call("list_sensors", {
        ...page,
        ...filters,
        system_id: system,
        attention: [...attention],
        order: byName ? "NAME" : "ATTENTION",
      });
      return { rows: sensors, nextPageToken: next_page_token };
    });
    return printList(pages, shapeAt(Date.now()), output);
  });
}

/** `slimmer sensors <system> <sensor>`: with its rhythm; resolves with the exit code. */
export async function showSensor(
  connection: Connection,
  { system, sensor }: { system: string; sensor: Sensor },
  output: ListOutput,
): Promise<number> {
  return withReader(connection, async (reader) => {
    const request = { system_id: system, ...sensor };
    const found = await reader.call("get_sensor", request);
    if (output === "csv") {
      const { csv } = shapeAt(0);
      const lines = [csv.map(([title]) => title), csv.map(([, cell]) => cell(found))];
      return printText(lines.map(csvLine).join(""));
    }
    const rhythm = await reader.call("get_rhythm", request);
    if (output === "json") {
      return printText(
        `{"sensor":${toJson("Sensor", found)},"rhythm":${toJson("Rhythm", rhythm)}}\n`,
      );
    }
    return printFacts(factsOf(found, rhythm, Date.now()));
  });
}

function factsOf(sensor: SensorOutput, rhythm: RhythmOutput, nowMs: number): [string, string][] {
  const { entity, attention } = sensor;
  const facts: [string, string][] = [
    ["sensor", entity ? sensorText(entity) : ""],
    ["system", sensor.system_id],
    ["attention", attentionText(attention) || "none"],
    ["listed", sensor.registered ? "by the current run" : "not by the current run"],
    ["first fired", bothTexts(sensor.first_fired_at, nowMs) || "never"],
    ["last fired", bothTexts(sensor.last_fired_at, nowMs) || "never"],
    [
      "activations",
      `${numberText(sensor.fired_count)}, ${numberText(sensor.run_fired_count)} in this run, ${sumText(sensor.hourly_counts)} in 24 hours`,
    ],
  ];
  if (rhythm.gaps > 0) {
    const { shortest, median, p90, longest, current } = rhythm;
    facts.push(
      [
        "gaps",
        `${lengthText(shortest)} to ${lengthText(longest)}, half at most ${lengthText(median)}, nine of ten at most ${lengthText(p90)} (of ${countText(rhythm.gaps, "gap")})`,
      ],
      ["quiet for", lengthText(current)],
    );
  }
  return facts;
}
