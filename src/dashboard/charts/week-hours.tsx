import { useMemo, useState } from "preact/hooks";
import { HeatLegend } from "./heat-legend.tsx";
import { heatColour, heatLegend, heatSteps } from "./heat-steps.ts";
import { perHour, WEEKDAYS, type WeekHour, weekHours } from "./zone-hours.ts";

const HOURS = Array.from({ length: 24 }, (_, hour) => hour);

export type WeekHoursProps = {
  /** The beginning of the first hour. */
  start: Date;
  /** One for each hour, the oldest first. */
  counts: readonly number[];
};

/** When in the week something happens, by the clock on the reader's wall. A table, so it can be read as one. */
export function WeekHours({ start, counts }: WeekHoursProps) {
  const startMs = start.getTime();
  const table = useMemo(() => weekHours(startMs, counts), [startMs, counts]);
  const steps = useMemo(() => weekSteps(table), [table]);
  const [told, setTold] = useState<string>();

  return (
    <figure class="chart week-hours">
      <section
        class="chart-scroll"
        aria-label="Activations by weekday and hour"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls on a narrow screen
        tabIndex={0}
      >
        <table onPointerLeave={() => setTold(undefined)}>
          <caption class="sr">Activations by weekday and hour, in your time zone</caption>
          <thead>
            <tr>
              <td />
              {HOURS.map((hour) => (
                <th key={hour} scope="col" class={hour % 3 === 0 ? "" : "minor"}>
                  {String(hour).padStart(2, "0")}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {table.map((row, weekday) => (
              <tr key={WEEKDAYS[weekday]}>
                <th scope="row">{WEEKDAYS[weekday]}</th>
                {row.map((cell, hour) => (
                  <td
                    key={hour}
                    class={`heat-${heatColour(steps, cell.count)}`}
                    onPointerEnter={() => setTold(cellWords(weekday, hour, cell))}
                  >
                    <span class="sr">{cell.count}</span>
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </section>
      <figcaption class="chart-foot">
        <p class="chart-told">{told ?? <span class="faint">{peakWords(table)}</span>}</p>
        <HeatLegend
          steps={heatLegend(steps, (value) => value.toLocaleString("en"))}
          unit={timeWords(table)}
        />
      </figcaption>
    </figure>
  );
}

/** Where the colours begin. They are those of the counts themselves, so that a cell's number is in the legend. */
export function weekSteps(table: readonly (readonly WeekHour[])[]): readonly number[] {
  return heatSteps(Math.max(...table.flat().map(({ count }) => count)));
}

/** "in 30 days": the time that was counted. */
export function timeWords(table: readonly (readonly WeekHour[])[]): string {
  const days = Math.round(table.flat().reduce((sum, { hours }) => sum + hours, 0) / 24);
  return days === 1 ? "in a day" : `in ${days} days`;
}

/** "Mon 14:00–15:00: 12 in 4 such hours, 3 each". */
export function cellWords(weekday: number, hour: number, cell: WeekHour): string {
  const clock = (value: number) => `${String(value % 24).padStart(2, "0")}:00`;
  const when = `${WEEKDAYS[weekday]} ${clock(hour)}–${clock(hour + 1)}`;
  if (cell.hours === 0) return `${when}: no such hour in this time`;
  const mean = Math.round(perHour(cell) * 10) / 10;
  const each = cell.hours === 1 ? "" : `, ${mean.toLocaleString("en")} each`;
  return `${when}: ${cell.count.toLocaleString("en")} in ${cell.hours} such ${cell.hours === 1 ? "hour" : "hours"}${each}`;
}

/** What the picture says at a glance. */
export function peakWords(table: readonly (readonly WeekHour[])[]): string {
  let best: { weekday: number; hour: number; mean: number } | undefined;
  table.forEach((row, weekday) => {
    row.forEach((cell, hour) => {
      const mean = perHour(cell);
      if (mean > (best?.mean ?? 0)) best = { weekday, hour, mean };
    });
  });
  if (!best) return "It did not fire in this time.";
  return `Busiest: ${WEEKDAYS[best.weekday]} from ${String(best.hour).padStart(2, "0")}:00.`;
}
