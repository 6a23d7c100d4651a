import { useMemo, useRef, useState } from "preact/hooks";
import type uPlot from "uplot";
import { ChartTable } from "./chart-table.tsx";
import { activationsWords, bucketWords, clockWords, dayWords } from "./chart-words.ts";
import { type HourBin, hourBins, hoursPerBar } from "./hour-bins.ts";
import { Plot } from "./plot.tsx";
import { timeAxis, valueAxis, WHOLE_STEPS } from "./time-axis.ts";
import { HOUR_MS } from "./zone-hours.ts";

export type TimeBarsProps = {
  /** The beginning of the first hour. */
  start: Date;
  /** One for each hour, the oldest first. */
  counts: readonly number[];
  height?: number;
  onPick?(from: Date, to: Date): void;
};

type Range = { fromMs: number; toMs: number };

/** The least that can be zoomed into: less would be a bar or two. */
const LEAST_RANGE_MS = 6 * HOUR_MS;

/** Counts over time as bars. Dragging zooms in; bars hold as many hours as there is room for. */
export function TimeBars({ start, counts, height = 180, onPick }: TimeBarsProps) {
  const startMs = start.getTime();
  const whole: Range = { fromMs: startMs, toMs: startMs + counts.length * HOUR_MS };
  const [zoom, setZoom] = useState<Range>();
  const [width, setWidth] = useState(800);
  const [point, setPoint] = useState<number>();

  const range = zoom ?? whole;
  const hours = hoursPerBar((range.toMs - range.fromMs) / HOUR_MS, Math.max(1, width - 50));
  const bins = useMemo(() => hourBins(startMs, counts, hours), [startMs, counts, hours]);
  const state = useRef({ range, bins });
  state.current = { range, bins };
  const data = useMemo<uPlot.AlignedData>(
    () => [bins.map(({ fromMs }) => fromMs / 1_000), bins.map(({ count }) => count)],
    // The zoom is read by the scale, which asks again when the data are set.
    [bins, zoom],
  );

  const zoomTo = (fromMs: number, toMs: number) => {
    const room = Math.max(toMs - fromMs, LEAST_RANGE_MS);
    const from = Math.min(Math.max(fromMs, whole.fromMs), whole.toMs - room);
    if (room >= whole.toMs - whole.fromMs) setZoom(undefined);
    else setZoom({ fromMs: from, toMs: Math.min(whole.toMs, from + room) });
  };
  const onKey = (key: string, index: number | undefined) => {
    const bin = index === undefined ? undefined : bins[index];
    const middle = bin ? bin.fromMs : (range.fromMs + range.toMs) / 2;
    const half = (range.toMs - range.fromMs) / 2;
    if (key === "+" || key === "=") zoomTo(middle - half / 2, middle + half / 2);
    else if (key === "-") zoomTo(middle - half * 2, middle + half * 2);
    else if (key === "Escape" && zoom) setZoom(undefined);
    else if (key === "Enter" && bin && onPick) onPick(new Date(bin.fromMs), new Date(bin.toMs));
    else return false;
    return true;
  };

  const bin = point === undefined ? undefined : bins[point];
  const words = bin && `${binWords(bin)}: ${activationsWords(bin.count)}`;
  return (
    <figure class="chart time-bars">
      <Plot
        label={`${summary(bins)} Plus and minus zoom, Escape shows all.`}
        height={height}
        data={data}
        onPoint={setPoint}
        onRange={(from, to) => zoomTo(from * 1_000, to * 1_000)}
        onKey={onKey}
        onWidth={setWidth}
        settings={(colours, font) => ({
          padding: [8, 8, 0, 0],
          scales: {
            x: {
              time: true,
              range: () => [state.current.range.fromMs / 1_000, state.current.range.toMs / 1_000],
            },
            y: { range: (_, __, most) => [0, Math.max(1, (most ?? 0) * 1.06)] },
          },
          axes: [
            { ...timeAxis(colours, font), grid: { show: false } },
            { ...valueAxis(colours, font), incrs: WHOLE_STEPS },
          ],
          cursor: {
            // A bar is under the pointer anywhere between its edges, not only near its beginning.
            dataIdx: (self, _, __, at) =>
              binAt(state.current.bins, at * 1_000) ?? self.cursor.idx ?? 0,
          },
          series: [
            {},
            {
              fill: colours.accent,
              points: { show: false },
              paths: (self, series, from, to) => ({
                stroke: null,
                fill: barsPath(self, series, from, to, state.current.bins),
              }),
            },
          ],
        })}
      />
      <figcaption class="chart-foot">
        <p class="chart-told">
          {bin ? (
            <>
              <strong>{activationsWords(bin.count)}</strong> {binWords(bin)}
            </>
          ) : (
            <span class="faint">
              {hours === 1
                ? "A bar is an hour"
                : hours === 24
                  ? "A bar is a day"
                  : `A bar is ${hours} hours`}
              ; drag to zoom in.
            </span>
          )}
        </p>
        {zoom && (
          <p>
            {dayWords(zoom.fromMs)} {clockWords(zoom.fromMs)} to {dayWords(zoom.toMs)}{" "}
            {clockWords(zoom.toMs)}{" "}
            <button type="button" class="button chart-reset" onClick={() => setZoom(undefined)}>
              Show all
            </button>
          </p>
        )}
      </figcaption>
      <p class="sr" aria-live="polite">
        {words}
      </p>
      <ChartTable
        caption="Activations by day, in your time zone"
        titles={["day", "activations"]}
        rows={() =>
          hourBins(startMs, counts, 24)
            .toReversed()
            .map(({ fromMs, count }) => [dayWords(fromMs), count])
        }
      />
    </figure>
  );
}

function binWords({ fromMs, toMs }: HourBin): string {
  const ms = toMs - fromMs;
  return ms > 12 * HOUR_MS
    ? dayWords(fromMs)
    : bucketWords(fromMs, Math.min(ms, HOUR_MS)).replace(/–.*/, `–${clockWords(toMs)}`);
}

function summary(bins: readonly HourBin[]): string {
  const all = bins.reduce((sum, { count }) => sum + count, 0);
  const best = bins.reduce<HourBin | undefined>(
    (found, bin) => (bin.count > (found?.count ?? 0) ? bin : found),
    undefined,
  );
  if (!best) return "Activations over time: none.";
  return `Activations over time: ${activationsWords(all)}, the most on ${binWords(best)}.`;
}

/** The bar that has a moment. */
export function binAt(bins: readonly HourBin[], ms: number): number | undefined {
  let low = 0;
  let high = bins.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const bin = bins[middle] as HourBin;
    if (ms < bin.fromMs) high = middle - 1;
    else if (ms >= bin.toMs) low = middle + 1;
    else return middle;
  }
  return undefined;
}

/** A bar is as wide as its hours, less a pixel where there is room for one: the library's own all have one width. */
function barsPath(
  self: uPlot,
  series: number,
  from: number,
  to: number,
  bins: readonly HourBin[],
): Path2D {
  const path = new Path2D();
  const floor = self.valToPos(0, "y", true);
  const values = self.data[series] as readonly number[];
  for (let index = from; index <= to; index += 1) {
    const bin = bins[index];
    const value = values[index] ?? 0;
    if (!bin || value === 0) continue;
    const left = Math.round(self.valToPos(bin.fromMs / 1_000, "x", true));
    const right = Math.round(self.valToPos(bin.toMs / 1_000, "x", true));
    const top = self.valToPos(value, "y", true);
    const gap = right - left > 3 ? devicePixelRatio : 0;
    path.rect(left, top, Math.max(1, right - left - gap), Math.max(1, floor - top));
  }
  return path;
}
