import { useMemo, useRef } from "preact/hooks";
import { ChartTable } from "./chart-table.tsx";
import { type GapBin, gapAxis } from "./gap-axis.ts";
import { useSize } from "./use-size.ts";

export type GapHistogramProps = {
  buckets: readonly { atLeastMs: number; count: number }[];
  medianMs: number | undefined;
  p90Ms: number | undefined;
  /** How long the sensor is silent now. */
  currentMs: number | undefined;
  /** A duration as a person would say it: "6 min". */
  durationWords(ms: number): string;
};

const LANE = 17;
const LANES = 3;
const BARS = 96;
const FOOT = 22;
const TOP = LANE * LANES + 4;

/** How long the gaps between firings were, each bar twice as long as the one before it, with today's gap among them. */
export function GapHistogram(props: GapHistogramProps) {
  const { buckets, medianMs, p90Ms, currentMs, durationWords } = props;
  const place = useRef<HTMLDivElement>(null);
  const { width } = useSize(place);
  const marks = [
    { name: "median", ms: medianMs, kind: "median" },
    { name: "9 of 10", ms: p90Ms, kind: "p90" },
    { name: "now", ms: currentMs, kind: "now" },
  ].filter((mark): mark is { name: string; ms: number; kind: string } => mark.ms !== undefined);
  const { bins, place: placeOf } = useMemo(
    () =>
      gapAxis(
        buckets,
        [medianMs, p90Ms, currentMs].filter((ms) => ms !== undefined),
      ),
    [buckets, medianMs, p90Ms, currentMs],
  );
  const most = Math.max(1, ...bins.map(({ count }) => count));
  const step = width / bins.length;
  const every = Math.max(1, Math.ceil(62 / Math.max(1, step)));
  const height = TOP + BARS + FOOT;

  return (
    <figure class="chart gaps">
      <div ref={place} class="gaps-place">
        {width > 0 && (
          <svg
            width={width}
            height={height}
            viewBox={`0 0 ${width} ${height}`}
            role="img"
            aria-label={gapWords(props)}
          >
            {bins.map((bin, index) => {
              const tall = bin.count === 0 ? 0 : Math.max(2, (bin.count / most) * BARS);
              return (
                <g key={bin.fromMs}>
                  <title>{binWords(bin, durationWords)}</title>
                  <rect class="gap-ground" x={index * step} y={TOP} width={step} height={BARS} />
                  <rect
                    class="gap-bar"
                    x={index * step + 1}
                    y={TOP + BARS - tall}
                    width={Math.max(1, step - 2)}
                    height={tall}
                  />
                  {index % every === 0 && (index === 0 || index * step + 50 < width) && (
                    <text class="gap-tick" x={index * step + 1} y={height - 6}>
                      {durationWords(bin.fromMs)}
                    </text>
                  )}
                </g>
              );
            })}
            <line class="gap-floor" x1={0} x2={width} y1={TOP + BARS + 0.5} y2={TOP + BARS + 0.5} />
            {marks.map(({ name, ms, kind }, lane) => {
              const x = Math.round(placeOf(ms) * (width - 2)) + 1;
              const words = `${name} ${durationWords(ms)}`;
              const atEnd = x + words.length * 7 + 8 > width;
              return (
                <g key={kind} class={`gap-mark gap-${kind}`}>
                  <line x1={x} x2={x} y1={lane * LANE + 3} y2={TOP + BARS} />
                  <text
                    x={atEnd ? x - 5 : x + 5}
                    y={lane * LANE + 13}
                    text-anchor={atEnd ? "end" : "start"}
                  >
                    {words}
                  </text>
                </g>
              );
            })}
          </svg>
        )}
      </div>
      <ChartTable
        caption="Gaps between firings, by length"
        titles={["from", "to less than", "gaps"]}
        rows={() =>
          bins.map(({ fromMs, toMs, count }) => [durationWords(fromMs), durationWords(toMs), count])
        }
      />
    </figure>
  );
}

function binWords({ fromMs, toMs, count }: GapBin, words: (ms: number) => string): string {
  return `${count.toLocaleString("en")} ${count === 1 ? "gap" : "gaps"} of ${words(fromMs)} to ${words(toMs)}`;
}

/** What the picture says, in a sentence. */
export function gapWords(props: GapHistogramProps): string {
  const { buckets, medianMs, p90Ms, currentMs, durationWords: words } = props;
  const all = buckets.reduce((sum, { count }) => sum + count, 0);
  const said = [`${all.toLocaleString("en")} gaps between firings`];
  if (medianMs !== undefined) said.push(`half of them at most ${words(medianMs)}`);
  if (p90Ms !== undefined) said.push(`nine of ten at most ${words(p90Ms)}`);
  if (currentMs !== undefined) said.push(`silent now for ${words(currentMs)}`);
  return `${said.join(", ")}.`;
}
