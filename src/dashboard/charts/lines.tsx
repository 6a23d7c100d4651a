import { useMemo, useState } from "preact/hooks";
import type uPlot from "uplot";
import { shortCount } from "./chart-words.ts";
import { Plot } from "./plot.tsx";
import { timeAxis, valueAxis, WHOLE_STEPS } from "./time-axis.ts";

export type Line = {
  name: string;
  /** One for each moment; undefined where it is not known. */
  values: readonly (number | undefined)[];
  words?(value: number): string;
};

export type LinesProps = {
  times: readonly Date[];
  /** With the scale at the left, of whole numbers, and a full line. */
  left: Line;
  /** With the scale at the right, and a broken line: told apart without colour. */
  right: Line;
  /** Days are those of UTC; this says one. */
  timeWords(ms: number): string;
  height?: number;
};

/** Steps between the marks of the axis: whole days. */
const DAYS = [1, 2, 4, 7, 14, 21, 30, 60, 120, 365].map((days) => days * 86_400);

/** The plot asks dates for their local parts; here they shall be those of UTC. */
function utcAsLocal(seconds: number): Date {
  const date = new Date(seconds * 1_000);
  return new Date(date.getTime() + date.getTimezoneOffset() * 60_000);
}

/** Two things over time, each with its own scale. */
export function Lines({ times, left, right, timeWords, height = 200 }: LinesProps) {
  const [point, setPoint] = useState<number>();
  const data = useMemo<uPlot.AlignedData>(
    () => [
      times.map((time) => time.getTime() / 1_000),
      left.values.map((value) => value ?? null),
      right.values.map((value) => value ?? null),
    ],
    [times, left.values, right.values],
  );
  const said = (line: Line, index: number) => {
    const value = line.values[index];
    return value === undefined ? "not known yet" : (line.words ?? shortCount)(value);
  };
  const at = point === undefined ? undefined : times[point];
  const told =
    at && point !== undefined
      ? `${timeWords(at.getTime())}: ${left.name} ${said(left, point)}, ${right.name} ${said(right, point)}`
      : undefined;
  return (
    <figure class="chart lines">
      <Plot
        label={`${left.name} and ${right.name} by day, ${times.length} days.`}
        height={height}
        data={data}
        onPoint={setPoint}
        settings={(colours, font) => ({
          padding: [8, 0, 0, 0],
          tzDate: utcAsLocal,
          scales: {
            x: { time: true },
            left: { range: (_, __, most) => [0, Math.max(1, (most ?? 0) * 1.1)] },
            right: { range: (_, __, most) => [0, Math.max(1, (most ?? 0) * 1.3)] },
          },
          axes: [
            {
              ...timeAxis(colours, font),
              grid: { show: false },
              space: 54,
              incrs: DAYS,
              values: (_, splits) => splits.map((at) => timeWords(at * 1_000).replace(/^\w+ /, "")),
            },
            {
              ...valueAxis(colours, font, left.words),
              scale: "left",
              size: 54,
              incrs: WHOLE_STEPS,
            },
            {
              ...valueAxis(colours, font, right.words),
              scale: "right",
              side: 1,
              size: 60,
              grid: { show: false },
            },
          ],
          series: [
            {},
            { scale: "left", stroke: colours.accent, width: 2, points: { show: times.length < 3 } },
            {
              scale: "right",
              stroke: colours.muted,
              width: 2,
              dash: [5, 4],
              points: { show: times.length < 3 },
            },
          ],
        })}
      />
      <figcaption class="chart-foot">
        <p class="chart-told" aria-live="polite">
          {told ?? <span class="faint">Point at a day to see it.</span>}
        </p>
        <ul class="line-legend">
          <li>
            <i class="line-full" />
            {left.name} (left)
          </li>
          <li>
            <i class="line-broken" />
            {right.name} (right)
          </li>
        </ul>
      </figcaption>
    </figure>
  );
}
