import { useMemo, useRef } from "preact/hooks";
import type { Completeness } from "../../api/types.ts";
import { useSize } from "../../charts/use-size.ts";
import { countWords } from "../../ui/number-words.ts";
import { holeMarks } from "./hole-marks.ts";

const HEIGHT = 14;

/** The numbers of a run as a line: what is stored is full, what is missing is a hole. */
export function SeqStrip({ completeness }: { completeness: Completeness }) {
  const place = useRef<HTMLDivElement>(null);
  const { width } = useSize(place);
  const { expected, gaps, gaps_truncated: isTruncated, missing } = completeness;
  const marks = useMemo(() => holeMarks(expected, gaps, width), [expected, gaps, width]);
  if (expected === 0) return null;
  // Beyond the last hole that is known there are more of them: the line ends where knowledge does.
  const known = isTruncated ? ((gaps.at(-1)?.last ?? 0) / expected) * width : width;
  return (
    <div class="seq-strip">
      <div ref={place} class="seq-place">
        {width > 0 && (
          <svg
            width={width}
            height={HEIGHT}
            viewBox={`0 0 ${width} ${HEIGHT}`}
            role="img"
            aria-label={`Numbers 1 to ${countWords(expected)}, ${missing === 0 ? "without a hole" : `${countWords(missing)} missing in ${countWords(gaps.length)} places`}`}
          >
            <rect class="seq-stored" x={0} y={3} width={known} height={8} rx={2} />
            {known < width && (
              <rect class="seq-unknown" x={known} y={3} width={width - known} height={8} />
            )}
            {marks.map(({ x, width: wide, first, last, count }) => (
              <g key={first}>
                <title>
                  {first === last
                    ? `${countWords(first)} is missing`
                    : `${countWords(count)} missing between ${countWords(first)} and ${countWords(last)}`}
                </title>
                <rect class="seq-ground" x={x} y={0} width={wide} height={HEIGHT} />
                <rect
                  class="seq-hole"
                  x={x + 0.75}
                  y={0.75}
                  width={Math.max(1.5, wide - 1.5)}
                  height={HEIGHT - 1.5}
                  rx={1}
                />
              </g>
            ))}
          </svg>
        )}
      </div>
      <p class="seq-ends faint num" aria-hidden="true">
        <span>1</span>
        <span>{countWords(expected)}</span>
      </p>
    </div>
  );
}
