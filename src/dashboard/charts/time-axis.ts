import type uPlot from "uplot";
import { clockWords, dayWords, shortCount } from "./chart-words.ts";
import type { ChartColours } from "./theme.ts";

const DAY_S = 86_400;

/** An axis of time in the reader's zone: days, or hours with the day where it begins. */
export function timeAxis(colours: ChartColours, font: string): uPlot.Axis {
  return {
    ...look(colours, font),
    space: 64,
    size: 30,
    gap: 9,
    values: (_, splits, __, ___, step) =>
      splits.map((at) => {
        const clock = clockWords(at * 1_000);
        // Midnight says which day begins.
        return step >= DAY_S || clock === "00:00"
          ? dayWords(at * 1_000).replace(/^\w+,? /, "")
          : clock;
      }),
  };
}

/** An axis of counts, or of what `words` says. */
export function valueAxis(
  colours: ChartColours,
  font: string,
  words: (value: number) => string = shortCount,
): uPlot.Axis {
  return {
    ...look(colours, font),
    size: 46,
    space: 36,
    values: (_, splits) => splits.map(words),
  };
}

/** Steps between the marks of an axis that has whole numbers only. */
export const WHOLE_STEPS: number[] = Array.from({ length: 13 }, (_, power) =>
  [1, 2, 5].map((digit) => digit * 10 ** power),
).flat();

function look(colours: ChartColours, font: string): uPlot.Axis {
  return {
    stroke: colours.muted,
    font,
    gap: 4,
    grid: { stroke: colours.line, width: 1 },
    ticks: { show: false },
    border: { show: false },
  };
}
