import { type Output, printJson, printLine } from "./output/output-option.ts";
import { countText } from "./output/units.ts";

/** One activation that the server has stored. */
export type Stored = {
  readonly activationId: string;
  readonly duplicate: boolean;
  readonly unregistered: boolean;
  readonly clockSuspect: boolean;
};

/** So many are listed one by one; of more it is enough to know how many. */
const LISTED = 20;

/** Prints what was stored. */
export function printStored(
  { system, run, stored }: { system: string; run: string; stored: readonly Stored[] },
  output: Output,
): void {
  if (output === "json") {
    const activations = stored.map(({ activationId: id, ...flags }) => ({ id, ...flags }));
    printJson({ system, run, stored: stored.length, activations });
  } else if (stored.length > LISTED) printLine(summaryOf(stored));
  else for (const activation of stored) printLine(lineOf(activation));
}

function lineOf(activation: Stored): string {
  const remarks = [
    ...(activation.duplicate ? ["duplicate: it was stored before"] : []),
    ...(activation.unregistered ? ["unregistered: its run does not list the sensor"] : []),
    ...(activation.clockSuspect ? ["clock suspect: shown at the time of its arrival"] : []),
  ];
  const remark = remarks.length > 0 ? ` (${remarks.join("; ")})` : "";
  return `${activation.activationId} stored${remark}`;
}

function summaryOf(stored: readonly Stored[]): string {
  const counts = [
    ["duplicate", stored.filter(({ duplicate }) => duplicate).length],
    ["unregistered", stored.filter(({ unregistered }) => unregistered).length],
    ["with a suspect clock", stored.filter(({ clockSuspect }) => clockSuspect).length],
  ] as const;
  const remarks = counts
    .filter(([, count]) => count > 0)
    .map(([what, count]) => `${count} ${what}`);
  return [`${countText(stored.length, "activation")} stored`, ...remarks].join(", ");
}
