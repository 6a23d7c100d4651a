import { EXIT } from "../../processes/exit-codes.ts";
import { note, type Output, printJson, printLine } from "../output/output-option.ts";
import { renderTable } from "../output/table.ts";
import { countText, durationText } from "../output/units.ts";
import { FATES } from "./fleet.ts";
import type { FleetRun } from "./run-fleet.ts";

const COUNTS = ["fired", "delivered", "refused", "dropped"] as const;

/** Prints what became of a fleet; returns the exit code: 0 when the server has all of it. */
export function reportFleet(
  { played, lastedMs }: FleetRun,
  { seed, output }: { seed: number; output: Output },
): number {
  const systems = played.map(({ system, stats, runs }) => {
    const { fired, delivered, refused, dropped } = stats();
    return {
      system: system.id,
      fate: system.fate,
      sensors: system.sensors.length,
      runs: runs(),
      fired,
      delivered,
      refused,
      dropped,
    };
  });
  const totals = Object.fromEntries(
    COUNTS.map((name) => [name, systems.reduce((sum, one) => sum + one[name], 0)]),
  ) as Record<(typeof COUNTS)[number], number>;
  const missing = totals.fired - totals.delivered;
  if (output === "json") printJson({ seed, lastedMs, totals, systems });
  else {
    printLine(
      renderTable(
        ["system", "runs", "fired", "delivered", "refused", "dropped", ""],
        systems.map((one) => [
          one.system,
          one.runs,
          ...COUNTS.map((name) => one[name]),
          one.fate === "steady" ? "" : FATES[one.fate],
        ]),
      ),
    );
    const rate = (totals.fired * 1_000) / Math.max(1, lastedMs);
    printLine();
    printLine(
      `${countText(totals.fired, "activation")} in ${durationText(lastedMs)} (${rate.toFixed(1)}/s), ${totals.delivered.toLocaleString("en")} delivered`,
    );
  }
  if (missing > 0) note(`${countText(missing, "activation")} not delivered`);
  return missing > 0 ? EXIT.failed : EXIT.ok;
}
