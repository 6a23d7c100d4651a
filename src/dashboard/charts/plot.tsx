import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import type uPlot from "uplot";
import { type ChartColours, chartColours, useTheme } from "./theme.ts";
import { useSize } from "./use-size.ts";

export type PlotSettings = Omit<uPlot.Options, "width" | "height">;

export type PlotProps = {
  /** What the picture is of, for a screen reader. */
  label: string;
  height: number;
  data: uPlot.AlignedData;
  /** The plot's settings in today's colours. Called once for each theme: what changes must be read when it is used. */
  settings(colours: ChartColours, font: string): PlotSettings;
  /** The point under the pointer or the keyboard's cursor. */
  onPoint(index: number | undefined): void;
  /** The pointer was dragged over this range of x. */
  onRange?(from: number, to: number): void;
  /** A key that the plot itself does not know; true if it was used. */
  onKey?(key: string, index: number | undefined): boolean;
  /** How wide it is, in pixels, so that as many points can be given as fit. */
  onWidth?(width: number): void;
};

let loading: Promise<typeof uPlot> | undefined;

/** The library comes when the first plot is shown: no other page waits for it. */
function load(): Promise<typeof uPlot> {
  loading ??= import("uplot").then((module) => module.default);
  return loading;
}

/** A plot of uPlot with the page's colours, that follows the width of its place and can be read with the arrow keys. */
export function Plot(props: PlotProps) {
  const { label, height, data, onWidth } = props;
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot>(null);
  const latest = useRef(props);
  latest.current = props;
  const { width } = useSize(place);
  const theme = useTheme();
  const [library, setLibrary] = useState<typeof uPlot>();
  const index = useRef<number>(undefined);

  useEffect(() => {
    let wanted = true;
    void load().then((loaded) => {
      if (wanted) setLibrary(() => loaded);
    });
    return () => {
      wanted = false;
    };
  }, []);

  const ready = library !== undefined && width > 0;
  useLayoutEffect(() => {
    const element = place.current;
    if (!library || !element || !ready) return;
    const colours = chartColours(element);
    const style = getComputedStyle(element);
    const settings = latest.current.settings(colours, `${style.fontSize} ${style.fontFamily}`);
    const made = new library(
      {
        legend: { show: false },
        ...settings,
        cursor: {
          y: false,
          points: { show: false },
          drag: { x: latest.current.onRange !== undefined, y: false, setScale: false },
          ...settings.cursor,
        },
        hooks: {
          ...settings.hooks,
          setCursor: [
            (self) => {
              const found = self.cursor.idx ?? undefined;
              if (found === index.current) return;
              index.current = found;
              latest.current.onPoint(found);
            },
          ],
          setSelect: [
            (self) => {
              const { left, width: wide } = self.select;
              if (wide < 4) return;
              const [from, to] = [self.posToVal(left, "x"), self.posToVal(left + wide, "x")];
              self.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
              latest.current.onRange?.(from, to);
            },
          ],
        },
        width,
        height,
      },
      latest.current.data,
      element,
    );
    plot.current = made;
    return () => {
      made.destroy();
      plot.current = null;
    };
    // The size and the data are followed below, without making it anew.
  }, [library, ready, theme]);

  useLayoutEffect(() => {
    if (width > 0) {
      plot.current?.setSize({ width, height });
      onWidth?.(width);
    }
  }, [width, height]);

  useLayoutEffect(() => {
    plot.current?.setData(data);
  }, [data]);

  const moveTo = (wanted: number) => {
    const self = plot.current;
    if (!self) return;
    const [from, to] = self.series[0]?.idxs ?? [0, self.data[0].length - 1];
    const next = Math.min(to, Math.max(from, wanted));
    const at = self.data[0][next];
    if (at === undefined) return;
    self.setCursor({ left: Math.max(0, self.valToPos(at, "x")), top: 1 });
    // A bar's left edge may be nearer to the one before it: say which is meant.
    index.current = next;
    latest.current.onPoint(next);
  };

  return (
    <div
      class="plot"
      ref={place}
      role="application"
      aria-roledescription="chart"
      aria-label={`${label} Arrow keys move.`}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: the arrows move a cursor in it
      tabIndex={0}
      style={{ height: `${height}px` }}
      onKeyDown={(event) => {
        if (event.altKey || event.ctrlKey || event.metaKey) return;
        const last = plot.current ? plot.current.data[0].length - 1 : 0;
        const at = index.current;
        const moves: Record<string, number> = {
          ArrowLeft: (at ?? last + 1) - 1,
          ArrowRight: (at ?? last - 1) + 1,
          Home: 0,
          End: last,
        };
        const wanted = moves[event.key];
        if (wanted !== undefined) moveTo(wanted);
        else if (!latest.current.onKey?.(event.key, at)) return;
        event.preventDefault();
        event.stopPropagation();
      }}
      onBlur={() => plot.current?.setCursor({ left: -10, top: -10 })}
    />
  );
}
