import { readFileSync } from "node:fs";
import { extname } from "node:path";
import { UsageProblem } from "../usage.ts";
import { parseCsv } from "./csv.ts";
import { checkSensor, parseSensor, type Sensor } from "./parse-sensor.ts";

/** A sensor and where it stands, for sentences about it. */
export type Placed = { readonly place: string; readonly sensor: Sensor };

/**
 * The sensors of a file: YAML or JSON with a list of them (or an object with such a list in `sensors`), or CSV with a
 * line for each. Throws a UsageProblem with every wrong one and its line.
 */
export async function readSensorFile(file: string): Promise<Placed[]> {
  let text: string;
  try {
    text = readFileSync(file, "utf8").replace(/^\uFEFF/, "");
  } catch (error) {
    throw new UsageProblem([`--sensors=${file} can't be read: ${(error as Error).message}`]);
  }
  switch (extname(file).toLowerCase()) {
    case ".csv":
      return gather(csvItems(text, file));
    case ".json":
    case ".yaml":
    case ".yml":
      return gather(await yamlItems(text, file));
    default:
      throw new UsageProblem([
        `--sensors=${file} has no known ending; allowed: .yaml, .yml, .json, .csv`,
      ]);
  }
}

type Item = { readonly place: string } & (
  | { readonly value: unknown }
  | { readonly problem: string }
);

function gather(items: readonly Item[]): Placed[] {
  const problems: string[] = [];
  const placed: Placed[] = [];
  for (const item of items) {
    const { place } = item;
    try {
      if ("problem" in item) throw new UsageProblem([`${place}: ${item.problem}`]);
      const { value } = item;
      const sensor =
        typeof value === "string" ? parseSensor(value, `${place}:`) : checkSensor(value, place);
      placed.push({ place, sensor });
    } catch (error) {
      if (!(error instanceof UsageProblem)) throw error;
      problems.push(...error.problems);
    }
  }
  if (problems.length > 0) throw new UsageProblem(problems);
  return placed;
}

/** JSON is YAML, so one reader with line numbers serves both. */
async function yamlItems(text: string, file: string): Promise<Item[]> {
  const { isMap, isScalar, isSeq, LineCounter, parseDocument } = await import("yaml");
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const lineOf = (offset: number | undefined) => lines.linePos(offset ?? 0).line;
  if (document.errors.length > 0) {
    throw new UsageProblem(
      document.errors.map(({ message, pos }) => `${file}:${lineOf(pos[0])}: ${message}`),
    );
  }
  const root = document.contents;
  const list = isMap(root) ? root.get("sensors", true) : root;
  if (!isSeq(list)) {
    throw new UsageProblem([
      `${file}:1: holds no list of sensors; write one, or an object with a list named sensors`,
    ]);
  }
  return list.items.map((item) => {
    const node = item as { range?: readonly number[]; toJS?(of: typeof document): unknown };
    const place = `${file}:${lineOf(node.range?.[0])}`;
    return { place, value: isScalar(item) ? item.value : node.toJS?.(document) };
  });
}

function csvItems(text: string, file: string): Item[] {
  const { rows, problem } = parseCsv(text);
  if (problem) throw new UsageProblem([`${file}:${problem.line}: ${problem.text}`]);
  const [first, ...rest] = rows;
  if (!first) return [];
  const names = ["category", "name", "identity"];
  const header = first.cells.map((cell) => cell.trim().toLowerCase());
  const hasHeader = names.every((name) => header.includes(name));
  const columns = hasHeader ? header : names;
  return (hasHeader ? rest : rows).map(({ line, cells }) => {
    const place = `${file}:${line}`;
    if (cells.length !== columns.length) {
      const problem = `has ${cells.length} columns instead of ${columns.length}; quote a text with a comma in it`;
      return { place, problem };
    }
    const value = Object.fromEntries(names.map((name) => [name, cells[columns.indexOf(name)]]));
    return { place, value };
  });
}
