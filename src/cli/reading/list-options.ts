import { type Command, Option } from "commander";
import { integer } from "../../config/kinds.ts";
import type { Usage } from "../usage.ts";

/** How what was found is printed. */
export type ListOutput = "table" | "json" | "csv";

const LIMIT = integer("", 100, { min: 0, max: Number.MAX_SAFE_INTEGER }, "");

/** Adds `-o, --output` with its three formats. */
export function addListOutput(command: Command, json = "as one JSON document"): Command {
  return command.addOption(
    new Option("-o, --output <format>", `how to print: for people, ${json}, or as CSV`)
      .choices(["table", "json", "csv"] satisfies ListOutput[])
      .default("table"),
  );
}

/** Adds `--limit`. */
export function addLimit(command: Command): Command {
  return command.option("--limit <n>", "how many at most; 0: all", "100");
}

/** 0: all. What is wrong is collected. */
export function readLimit(text: string, usage: Usage): number {
  return usage.parse("--limit", text, LIMIT) ?? 0;
}
