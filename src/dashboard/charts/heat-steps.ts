/** Round numbers at which a colour may begin, from fine to coarse. */
const LADDERS = [
  [1, 2, 3, 4, 5, 6],
  [1, 2, 3, 5, 8, 12],
  [1, 2, 5, 10, 20, 50],
  [1, 3, 10, 30, 100, 300],
  [1, 5, 25, 100, 500, 2_500],
  [1, 10, 100, 1_000, 10_000, 100_000],
] as const;

/** How many colours there are beside that of nothing. */
export const HEAT_COLOURS = 6;

/**
 * Where each colour begins, for counts up to `max`: steps that grow, so that a sensor that fires once an hour shows beside
 * one that fires a thousand times. The finest ladder whose last colour still means something.
 */
export function heatSteps(max: number): readonly number[] {
  const fitting = LADDERS.find((ladder) => max < (ladder[HEAT_COLOURS - 1] as number) * 3);
  const steps = fitting ?? (LADDERS.at(-1) as readonly number[]);
  const used = steps.filter((step) => step <= Math.max(1, max));
  return used;
}

/** The colour of a count: 0 for nothing, else 1 to 6. Few colours are spread over the scale, so that the last is the strongest. */
export function heatColour(steps: readonly number[], count: number): number {
  if (count <= 0) return 0;
  let step = 0;
  while (step < steps.length && count >= (steps[step] as number)) step += 1;
  return spread(Math.max(1, step), steps.length);
}

/** The words of the legend, for each colour its counts: "1", "2–4", "50 and more". */
export function heatLegend(
  steps: readonly number[],
  number: (value: number) => string = String,
): { colour: number; words: string }[] {
  return steps.map((from, index) => {
    const next = steps[index + 1];
    const colour = spread(index + 1, steps.length);
    if (next === undefined)
      return { colour, words: steps.length === 1 ? number(from) : `${number(from)}+` };
    return {
      colour,
      words: next - 1 === from ? number(from) : `${number(from)}–${number(next - 1)}`,
    };
  });
}

function spread(step: number, steps: number): number {
  if (steps <= 1) return 4;
  return 1 + Math.round(((step - 1) * (HEAT_COLOURS - 1)) / (steps - 1));
}
