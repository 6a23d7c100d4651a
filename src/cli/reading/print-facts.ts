import { EXIT } from "../../processes/exit-codes.ts";
import { printable } from "../output/printable.ts";
import { createSink } from "../output/sink.ts";
import { renderFacts } from "../output/table.ts";

/** Prints lines of a name and a value; resolves with the exit code. */
export function printFacts(
  facts: readonly (readonly [string, string])[],
  more: readonly string[] = [],
): Promise<number> {
  const safe = facts.map(([name, value]) => [name, printable(value)] as const);
  const lines = [renderFacts(safe), ...(more.length > 0 ? ["", ...more.map(printable)] : [])];
  return printText(`${lines.join("\n")}\n`);
}

/** Prints a text as it is. A closed pipe is no failure. */
export async function printText(text: string): Promise<number> {
  await createSink(process.stdout).write(text);
  return EXIT.ok;
}
