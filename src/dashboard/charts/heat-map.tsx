import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { ChartTable } from "./chart-table.tsx";
import { activationsWords, bucketWords, dayNumber, dayWords } from "./chart-words.ts";
import { HeatLegend } from "./heat-legend.tsx";
import { HEADER_HEIGHT, paintHeat, ROW_HEIGHT } from "./heat-paint.ts";
import { HEAT_COLOURS, heatColour, heatLegend, heatSteps } from "./heat-steps.ts";
import { heatCellAt, heatMove, heatWindow } from "./heat-window.ts";
import { chartColours, useTheme } from "./theme.ts";
import { useSize } from "./use-size.ts";
import { dayBoundaries } from "./zone-hours.ts";

export type HeatRow = {
  key: string;
  label: string;
  /** One for each step, the oldest first; undefined while they are not known. */
  counts: readonly number[] | undefined;
};

export type HeatMapProps = {
  rows: readonly HeatRow[];
  /** The beginning of the first column. */
  start: Date;
  stepMs?: number;
  /** How many columns there are; default: as many as the longest row has. */
  steps?: number;
  /** What a row is: "sensor". */
  noun?: string;
  onPick?(row: HeatRow, index: number): void;
  /** Which rows are in sight, so that only their counts need to be fetched. */
  onVisible?(from: number, to: number): void;
  /** How many rows, from the first, the table of it shows: they are needed too. */
  onTabled?(rows: number): void;
};

type Cell = { row: number; column: number };

/** Below this a cell can't be hit with a finger, and the map scrolls sideways instead. */
const LEAST_CELL = 4;
/** What is in sight of a map of very many rows. */
const MOST_HEIGHT = HEADER_HEIGHT + 26 * ROW_HEIGHT;

/**
 * Counts of many rows over time, as colours. Draws only what is in sight, so ten thousand rows cost as much as thirty. With
 * the keyboard: arrows move, Enter picks. Its numbers can be had as a table too.
 */
export function HeatMap(props: HeatMapProps) {
  const { rows, start, stepMs = 3_600_000, noun = "sensor", onPick, onVisible, onTabled } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const { width, height } = useSize(scroller);
  const theme = useTheme();
  const [cursor, setCursor] = useState<Cell>();
  const [hovered, setHovered] = useState<Cell>();
  const [focused, setFocused] = useState(false);

  const columns = useMemo(
    () => props.steps ?? rows.reduce((most, { counts }) => Math.max(most, counts?.length ?? 0), 0),
    [rows, props.steps],
  );
  const steps = useMemo(() => heatSteps(highest(rows)), [rows]);
  const startMs = start.getTime();
  const days = useMemo(() => daysOf(startMs, stepMs, columns), [startMs, stepMs, columns]);
  const labelWidth = width < 560 ? 112 : Math.min(260, Math.round(width * 0.24));
  const cellWidth = columns === 0 ? 0 : Math.max(LEAST_CELL, (width - labelWidth) / columns);
  const grid = { rows: rows.length, columns, cellWidth, rowHeight: ROW_HEIGHT };
  const whole = HEADER_HEIGHT + rows.length * ROW_HEIGHT;
  const scrollsSideways = labelWidth + columns * cellWidth > width + 1;

  const palette = useMemo(
    () => (scroller.current && width > 0 ? readPalette(scroller.current) : undefined),
    // The colours are those of the moment: read them anew when the page turns dark or light.
    [width > 0, theme],
  );

  const draw = () => {
    const [area, surface] = [scroller.current, canvas.current];
    if (!area || !surface || !palette || width === 0 || columns === 0) return;
    const view = { left: area.scrollLeft, top: area.scrollTop, width, height };
    const seen = heatWindow(grid, {
      ...view,
      width: width - labelWidth,
      height: height - HEADER_HEIGHT,
    });
    onVisible?.(seen.rowFrom, seen.rowTo);
    paintHeat(surface, {
      grid,
      seen,
      view,
      labelWidth,
      days,
      ...palette,
      label: (row) => rows[row]?.label ?? "",
      colour: (row, column) => {
        const counts = rows[row]?.counts;
        return counts && heatColour(steps, counts[column] ?? 0);
      },
      cursor: focused ? cursor : undefined,
      hovered,
    });
  };
  const latestDraw = useRef(draw);
  latestDraw.current = draw;
  useLayoutEffect(draw);

  useEffect(() => {
    const area = scroller.current;
    if (!area) return;
    // The latest hours are what people look for.
    if (scrollsSideways) area.scrollLeft = area.scrollWidth;
  }, [scrollsSideways]);

  const cellAt = (event: MouseEvent): Cell | undefined => {
    const area = scroller.current;
    if (!area) return undefined;
    const box = area.getBoundingClientRect();
    const [x, y] = [event.clientX - box.left, event.clientY - box.top];
    if (x < labelWidth || y < HEADER_HEIGHT) return undefined;
    return heatCellAt(grid, x - labelWidth + area.scrollLeft, y - HEADER_HEIGHT + area.scrollTop);
  };

  const show = (cell: Cell) => {
    const area = scroller.current;
    if (!area) return;
    const top = cell.row * ROW_HEIGHT;
    const left = cell.column * cellWidth;
    const seenHeight = height - HEADER_HEIGHT;
    const seenWidth = width - labelWidth;
    if (top < area.scrollTop) area.scrollTop = top;
    if (top + ROW_HEIGHT > area.scrollTop + seenHeight)
      area.scrollTop = top + ROW_HEIGHT - seenHeight;
    if (left < area.scrollLeft) area.scrollLeft = left;
    if (left + cellWidth > area.scrollLeft + seenWidth)
      area.scrollLeft = left + cellWidth - seenWidth;
  };

  const onKeyDown = (event: KeyboardEvent) => {
    const at = cursor ?? { row: 0, column: columns - 1 };
    if (event.key === "Enter" && rows[at.row]) {
      event.preventDefault();
      onPick?.(rows[at.row] as HeatRow, at.column);
      return;
    }
    const page = Math.max(1, Math.floor((height - HEADER_HEIGHT) / ROW_HEIGHT) - 1);
    const next = heatMove(event.key, at, grid, page);
    if (!next || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    setHovered(undefined);
    setCursor(next);
    show(next);
  };

  const words = (cell: Cell | undefined) => {
    const row = cell && rows[cell.row];
    if (!row || !cell) return undefined;
    const count = row.counts?.[cell.column];
    return {
      label: row.label,
      when: bucketWords(startMs + cell.column * stepMs, stepMs),
      count: count === undefined ? "not loaded yet" : activationsWords(count),
    };
  };
  const spoken = focused ? words(cursor) : undefined;
  const told = words(hovered) ?? spoken;

  return (
    <figure class="chart heat">
      <div
        class="heat-scroll"
        ref={scroller}
        role="application"
        aria-roledescription="heat map"
        aria-label={`Activations of ${rows.length.toLocaleString("en")} ${noun}${rows.length === 1 ? "" : "s"} by the hour. Arrow keys move, Enter shows the activations.`}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: the arrows move a cursor in it
        tabIndex={0}
        style={{ height: `${Math.min(whole, MOST_HEIGHT) + (scrollsSideways ? 14 : 0)}px` }}
        onScroll={() => requestAnimationFrame(() => latestDraw.current())}
        onKeyDown={onKeyDown}
        onFocus={() => {
          setFocused(true);
          if (!cursor && rows.length > 0) setCursor({ row: 0, column: Math.max(0, columns - 1) });
        }}
        onBlur={() => setFocused(false)}
        onPointerMove={(event) => {
          const cell = cellAt(event);
          if (cell?.row !== hovered?.row || cell?.column !== hovered?.column) setHovered(cell);
        }}
        onPointerLeave={() => setHovered(undefined)}
        onClick={(event) => {
          const cell = cellAt(event);
          const row = cell && rows[cell.row];
          if (!cell || !row) return;
          setCursor(cell);
          onPick?.(row, cell.column);
        }}
      >
        <div
          class="heat-space"
          style={{ width: `${labelWidth + columns * cellWidth}px`, height: `${whole}px` }}
        >
          <canvas
            class="heat-canvas"
            ref={canvas}
            style={{ width: `${width}px`, height: `${height}px` }}
          />
        </div>
      </div>
      <figcaption class="chart-foot">
        <p class="chart-told">
          {told ? (
            <>
              <strong>{told.count}</strong> {told.when} · {told.label}
            </>
          ) : (
            <span class="faint">{`Point at an hour to see it${onPick ? ", click to list its activations" : ""}.`}</span>
          )}
        </p>
        <HeatLegend
          steps={heatLegend(steps, (value) => value.toLocaleString("en"))}
          unit="an hour"
        />
      </figcaption>
      <p class="sr" aria-live="polite">
        {spoken && `${spoken.label}, ${spoken.when}: ${spoken.count}`}
      </p>
      <ChartTable
        caption={`Activations by ${noun} and day`}
        titles={[noun, ...days.map(({ long }) => long), "all"]}
        rows={() => heatTableRows(rows, days)}
        {...(onTabled && { onShown: onTabled })}
      />
    </figure>
  );
}

type Day = { column: number; columns: number; long: string; short: string };

function daysOf(startMs: number, stepMs: number, columns: number): Day[] {
  if (columns === 0) return [];
  const begins = [0, ...dayBoundaries(startMs, stepMs, columns)];
  return begins.map((column, index) => ({
    column,
    columns: (begins[index + 1] ?? columns) - column,
    long: dayWords(startMs + column * stepMs),
    short: dayNumber(startMs + column * stepMs),
  }));
}

/** The sums of the days, and of all; a dash where the counts are not known. */
export function heatTableRows(
  rows: readonly HeatRow[],
  days: readonly { column: number; columns: number }[],
): (string | number)[][] {
  return rows.map(({ label, counts }) => {
    if (!counts) return [label, ...days.map(() => "—"), "—"];
    const sums = days.map(({ column, columns }) => sum(counts.slice(column, column + columns)));
    return [label, ...sums, sum(counts)];
  });
}

function sum(counts: readonly number[]): number {
  return counts.reduce((all, count) => all + count, 0);
}

function highest(rows: readonly HeatRow[]): number {
  let most = 0;
  for (const { counts } of rows) for (const count of counts ?? []) if (count > most) most = count;
  return most;
}

/** The colours of the style sheet: the classes of the legend say them, and the canvas takes them from there. */
function readPalette(element: HTMLElement) {
  const probe = document.createElement("i");
  element.append(probe);
  const heat = Array.from({ length: HEAT_COLOURS + 1 }, (_, colour) => {
    probe.className = `heat-${colour}`;
    return getComputedStyle(probe).backgroundColor;
  });
  probe.remove();
  const style = getComputedStyle(element);
  return { heat, colours: chartColours(element), font: `${style.fontSize} ${style.fontFamily}` };
}
