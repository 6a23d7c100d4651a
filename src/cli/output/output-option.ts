import { type Command, Option } from "commander";

/** How a command prints what it found. */
export type Output = "table" | "json";

/** Adds `-o, --output`: for people, or one JSON document on standard output and nothing else there. */
export function addOutputOption(command: Command): Command {
  return command.addOption(
    new Option("-o, --output <format>", "how to print: for people, or as one JSON document")
      .choices(["table", "json"] satisfies Output[])
      .default("table"),
  );
}

export function printJson(document: unknown): void {
  process.stdout.write(`${JSON.stringify(document, null, 2)}\n`);
}

export function printLine(text = ""): void {
  process.stdout.write(`${text}\n`);
}

/** What is no data: problems, advice and progress go to standard error, so that pipes stay clean. */
export function note(text: string): void {
  process.stderr.write(`slimmer: ${text}\n`);
}
