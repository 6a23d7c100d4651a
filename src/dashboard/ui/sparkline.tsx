import { memo } from "./memo.ts";
import { countWords } from "./number-words.ts";

type Props = {
  counts: readonly number[];
  /** What the bars count, for screen readers and the tip: "activations by the hour". */
  label?: string;
  width?: number;
  height?: number;
};

/** Bars of a few numbers, small enough for a line of text. The last bar is the hour that has begun. */
export const Sparkline = memo(function Sparkline({
  counts,
  label = "activations by the hour, 24 h",
  width = 96,
  height = 16,
}: Props) {
  if (counts.length === 0) return <span class="spark-none" aria-hidden="true" />;
  const most = Math.max(1, ...counts);
  const step = width / counts.length;
  const bar = Math.max(1, step - 1);
  const text = `${label}: ${countWords(counts.reduce((sum, count) => sum + count, 0))} in all, at most ${countWords(Math.max(...counts))}`;
  return (
    <svg
      class="spark"
      width={width}
      height={height}
      viewBox={`0 0 ${width} ${height}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={text}
      data-tip={text}
    >
      <path class="base" d={`M0 ${height - 0.5}H${width}`} />
      <path class="bars" d={barsPath(counts.slice(0, -1), most, step, bar, height, 0)} />
      <path
        class="bars now"
        d={barsPath(counts.slice(-1), most, step, bar, height, counts.length - 1)}
      />
    </svg>
  );
});

function barsPath(
  counts: readonly number[],
  most: number,
  step: number,
  bar: number,
  height: number,
  from: number,
): string {
  let path = "";
  counts.forEach((count, index) => {
    if (count <= 0) return;
    const tall = Math.max(1.5, (count / most) * (height - 1));
    path += `M${((from + index) * step).toFixed(1)} ${height}v${(-tall).toFixed(1)}h${bar.toFixed(1)}V${height}z`;
  });
  return path;
}
