import type { Activation } from "../../api/types.ts";
import { type FeedItem, type Hole, isHole } from "../../live/live-buffer.ts";
import { to } from "../../router/route.ts";
import { durationWords, lagWords } from "../../ui/duration-words.ts";
import { absoluteWords, clockWords, dateWords, dayWords } from "../../ui/time-words.ts";
import { createHoleRow, type HoleLink } from "./hole-row.ts";

/** Beyond what is in sight, in both directions. */
const BEYOND = 8;

type Options = {
  /** How many rows the list holds. */
  size: number;
  /** What scrolls, where it is not the page. */
  frame?: HTMLElement | undefined;
  /** Where to find what a hole left out. */
  linkOf?: (hole: Hole) => HoleLink;
};

/**
 * The rows of a feed, made by hand: a thousand a second are too many for anything in between. With a `frame` that scrolls,
 * only the rows in sight are in the document, and those that leave it are filled anew; without one, all are. The row that
 * has the focus is never filled anew: who presses Enter must open what they see.
 */
export function createFeedRows(list: HTMLElement, { size, frame, linkOf }: Options) {
  /** Newest first. */
  let rows: FeedItem[] = [];
  let drawn = new Map<FeedItem, HTMLElement>();
  let rowHeight = 28;
  let frameHeight = 0;
  let frameRequest = 0;
  const shown = new WeakMap<Element, Activation>();
  let today = dateWords(new Date());

  // The words of a tip are made when somebody asks, not a thousand times a second.
  const explain = (event: Event) => {
    const row = (event.target as Element).closest?.(".feed-row");
    const activation = row && shown.get(row);
    if (activation) row.setAttribute("data-tip", tipOf(activation));
  };
  list.addEventListener("mouseover", explain);
  list.addEventListener("focusin", explain);

  const fill = (row: HTMLElement, activation: Activation) => {
    shown.set(row, activation);
    row.removeAttribute("data-tip");
    const [time, system, sensor, lag, marks] = row.children as unknown as [
      HTMLTimeElement,
      HTMLAnchorElement,
      HTMLAnchorElement,
      HTMLElement,
      HTMLElement,
    ];
    const { entity, shown_at, received_at, occurred_at } = activation;
    const day = dateWords(shown_at);
    const clock = clockWords(shown_at);
    setText(time, day === today ? clock : `${dayWords(shown_at).replace(/^\w+ /, "")} ${clock}`);
    time.dateTime = shown_at.toISOString();
    setText(system, activation.system_id);
    system.href = to.system(activation.system_id);
    sensor.href = to.sensor(activation.system_id, entity);
    const [category, name, identity] = sensor.children as unknown as HTMLElement[];
    setText(category, `${entity.category} / `);
    setText(name, entity.name);
    setText(identity, ` / ${entity.identity}`);
    setText(
      lag,
      received_at && occurred_at ? lagWords(received_at.getTime() - occurred_at.getTime()) : "",
    );
    fillMarks(marks, activation);
  };

  /** Which rows to draw; measured only when something moved, for asking costs a layout. */
  const inSight = (): [number, number] => {
    if (!frame) return [0, rows.length];
    const above = Math.floor(frame.scrollTop / rowHeight);
    const from = Math.max(0, Math.min(above - BEYOND, rows.length - 1));
    return [from, Math.min(rows.length, above + Math.ceil(frameHeight / rowHeight) + BEYOND)];
  };

  const draw = (slides: ReadonlySet<FeedItem>) => {
    const [from, to] = inSight();
    const wanted = rows.slice(from, to);
    const next = new Map<FeedItem, HTMLElement>();
    for (const item of wanted) {
      const row = drawn.get(item);
      if (row) next.set(item, row);
      drawn.delete(item);
    }
    const spare: HTMLElement[] = [];
    for (const [item, row] of drawn) {
      if (isHole(item) || row.contains(document.activeElement)) row.remove();
      else spare.push(row);
    }
    const rowOf = (item: FeedItem) => {
      if (isHole(item)) return createHoleRow(item, linkOf?.(item));
      const row = spare.pop() ?? createRow();
      row.classList.toggle("slides", slides.has(item));
      fill(row, item);
      return row;
    };
    let place = list.firstElementChild;
    for (const item of wanted) {
      let row = next.get(item);
      if (!row) {
        row = rowOf(item);
        next.set(item, row);
      }
      if (row === place) place = place.nextElementSibling;
      else list.insertBefore(row, place);
    }
    for (const row of spare) row.remove();
    drawn = next;
    if (!frame) return;
    list.style.paddingTop = `${from * rowHeight}px`;
    list.style.paddingBottom = `${Math.max(0, rows.length - to) * rowHeight}px`;
  };

  const measure = () => {
    frameHeight = frame?.clientHeight ?? 0;
    rowHeight = (list.firstElementChild as HTMLElement | null)?.offsetHeight || rowHeight;
  };
  const redraw = () => {
    frameRequest ||= requestAnimationFrame(() => {
      frameRequest = 0;
      draw(new Set());
    });
  };
  const resized = new ResizeObserver(() => {
    measure();
    redraw();
  });
  if (frame) {
    frame.addEventListener("scroll", redraw, { passive: true });
    resized.observe(frame);
    measure();
  }

  return {
    /** Puts rows on top, newest first; `replaces`: nothing that was there stays. */
    put(fresh: readonly FeedItem[], replaces: boolean): void {
      today = dateWords(new Date());
      const isFirst = rows.length === 0;
      const few = fresh.length <= 6 && !isFirst && !replaces;
      rows = replaces ? fresh.slice(0, size) : [...fresh, ...rows].slice(0, size);
      draw(new Set(few ? fresh : []));
      if (!isFirst || !frame) return;
      measure();
      redraw();
    },

    stop(): void {
      resized.disconnect();
      cancelAnimationFrame(frameRequest);
      frame?.removeEventListener("scroll", redraw);
      list.removeEventListener("mouseover", explain);
      list.removeEventListener("focusin", explain);
    },
  };
}

function createRow(): HTMLElement {
  const row = document.createElement("li");
  row.className = "feed-row";
  row.dataset.row = "";
  const sensor = part("a", "sensor");
  sensor.dataset.nav = "";
  sensor.append(part("span", "category"), part("span", "name"), part("span", "identity"));
  row.append(
    part("time", "at"),
    part("a", "system"),
    sensor,
    part("span", "lag"),
    part("span", "marks"),
  );
  return row;
}

function part(tag: string, name: string): HTMLElement {
  const element = document.createElement(tag);
  element.className = name;
  return element;
}

/** Few fonts have a stop watch: the style sheet draws it. */
const NO_SHAPE = "";

/** A text node is kept and changed: cheaper than a new one. */
function setText(element: HTMLElement | undefined, text: string): void {
  if (!element) return;
  const node = element.firstChild;
  if (node instanceof Text) {
    if (node.data !== text) node.data = text;
  } else element.textContent = text;
}

function fillMarks(element: HTMLElement, { late, unregistered, clock_suspect }: Activation): void {
  const key = `${late}${unregistered}${clock_suspect}`;
  if (element.dataset.marks === key) return;
  element.dataset.marks = key;
  element.replaceChildren();
  const add = (shape: string, words: string) => {
    const mark = part("span", "mark-shape");
    mark.textContent = shape;
    mark.ariaHidden = "true";
    if (!shape) mark.classList.add("clock-shape");
    const label = part("span", "words");
    label.textContent = ` ${words} `;
    element.append(mark, label);
  };
  if (late) add("◇", "late");
  if (unregistered) add("△", "not listed");
  if (clock_suspect) add(NO_SHAPE, "clock suspect");
}

function tipOf(activation: Activation): string {
  const { occurred_at, received_at, shown_at } = activation;
  const lines = [`happened ${absoluteWords(occurred_at ?? shown_at)}`];
  if (received_at) {
    const lag = received_at.getTime() - (occurred_at ?? shown_at).getTime();
    lines.push(`arrived ${absoluteWords(received_at)}, ${lagWords(lag)}`);
    if (activation.late) lines.push(`◇ late: it arrived ${durationWords(lag)} after it happened`);
  }
  if (activation.unregistered) lines.push("△ its run did not list this sensor");
  if (activation.clock_suspect) {
    lines.push(
      "clock suspect: the device's clock was wrong, so it is shown at the time when it arrived",
    );
  }
  for (const [key, value] of Object.entries(activation.attributes).slice(0, 8)) {
    lines.push(`${key} = ${value}`);
  }
  return lines.join("\n");
}
