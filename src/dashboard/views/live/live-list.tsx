import type { ComponentChildren } from "preact";
import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { serverNow } from "../../api/clock.ts";
import { type ActivationFilters, api } from "../../api/paths.ts";
import type { LiveBatch } from "../../api/types.ts";
import { connection } from "../../live/connection.ts";
import { createLiveBuffer } from "../../live/live-buffer.ts";
import { openFeed } from "../../live/live-feed.ts";
import { createRateMeter, median } from "../../live/rate-meter.ts";
import { announce } from "../../shell/announce.ts";
import { plural, shortCount } from "../../ui/number-words.ts";
import { createFeedRows } from "./feed-rows.ts";
import { holeLink } from "./hole-row.ts";

/** What the top of the feed says. */
export type Pulse = {
  /** Activations a second; undefined until it is known. */
  rate: number | undefined;
  /** From the sensor to this page; what had waited on a device is left out. */
  lagMs: number | undefined;
};

type Props = {
  filters: ActivationFilters;
  paused: boolean;
  /** Rows at the beginning. */
  recent: number;
  size: number;
  label: string;
  class?: string;
  /** Shown where the feed is there and has nothing. */
  empty: ComponentChildren;
  onPulse?: (pulse: Pulse) => void;
};

const ANNOUNCE_MS = 15_000;
const PULSE_MS = 500;

/**
 * Activations as they come, newest first. They wait while it is paused, while the reader is further down, and while a row
 * has the focus.
 */
export function LiveList(props: Props) {
  const { filters, paused, recent, size, label, class: name, empty, onPulse } = props;
  const frame = useRef<HTMLDivElement>(null);
  const list = useRef<HTMLUListElement>(null);
  const [waiting, setWaiting] = useState(0);
  const [isEmpty, setEmpty] = useState(true);
  const letGo = useRef<(always?: boolean) => void>(() => {});
  const held = useRef(paused);
  held.current = paused;
  const path = api.live(filters, recent);

  useEffect(() => {
    const element = list.current;
    if (!element) return;
    element.replaceChildren();
    element.removeAttribute("style");
    setEmpty(true);
    setWaiting(0);
    const rows = createFeedRows(element, {
      size,
      frame: frame.current ?? undefined,
      linkOf: (hole) => holeLink(filters, hole),
    });
    const buffer = createLiveBuffer(size);
    const meter = createRateMeter();
    let isFirst = true;
    let toldAt = new Date(serverNow());
    let drawing = 0;
    let unheard = 0;
    let lagMs: number | undefined;

    const draw = () => {
      drawing = 0;
      const { items, replaces } = buffer.take();
      if (items.length) {
        rows.put(items, replaces);
        setEmpty(false);
      }
      setWaiting(0);
    };
    const flow = (always = false) => {
      const atTop = (frame.current?.scrollTop ?? 0) < 8;
      const isAtRow = element.contains(document.activeElement);
      if (always || (!held.current && atTop && !isAtRow)) drawing ||= requestAnimationFrame(draw);
      else setWaiting(buffer.count);
    };
    letGo.current = flow;

    const onBatch = (batch: LiveBatch) => {
      const now = Date.now();
      // The first rows are the latest of before: they say nothing of how fast things come now.
      if (isFirst && recent > 0) meter.add(0, now);
      else {
        meter.add(batch.total, now);
        unheard += batch.total;
        lagMs = lagOf(batch) ?? lagMs;
      }
      isFirst = false;
      const { skipped, server_time } = batch;
      const hole = { notShown: skipped, since: toldAt, until: server_time };
      toldAt = server_time;
      buffer.push(batch.activations, skipped > 0 ? hole : undefined);
      flow();
    };
    const onRestart = () => {
      isFirst = true;
      toldAt = new Date(serverNow());
      buffer.beginAnew();
    };
    const onLeave = ({ relatedTarget }: FocusEvent) => {
      if (!element.contains(relatedTarget as Node | null)) flow();
    };
    element.addEventListener("focusout", onLeave);

    const stop = openFeed(path, { onBatch, onRestart });
    const pulse = setInterval(() => {
      meter.add(0, Date.now());
      onPulse?.({ rate: meter.rate(Date.now()), lagMs });
    }, PULSE_MS);
    const speak = setInterval(() => {
      if (unheard > 0) announce(`${plural(unheard, "new activation")}`);
      unheard = 0;
    }, ANNOUNCE_MS);
    return () => {
      stop();
      rows.stop();
      element.removeEventListener("focusout", onLeave);
      clearInterval(pulse);
      clearInterval(speak);
      cancelAnimationFrame(drawing);
      letGo.current = () => {};
    };
  }, [path, recent, size, onPulse]);

  useEffect(() => {
    if (!paused) letGo.current();
  }, [paused]);

  const toTop = useCallback(() => {
    frame.current?.scrollTo({ top: 0 });
    frame.current?.focus({ preventScroll: true });
    letGo.current(true);
  }, []);

  return (
    <div class="feed-frame">
      {waiting > 0 && (
        <button type="button" class="pill" onClick={toTop}>
          {shortCount(waiting)} new
        </button>
      )}
      <section
        class={`feed ${name ?? ""}`}
        ref={frame}
        onScroll={() => letGo.current()}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard
        tabIndex={0}
        aria-label={label}
      >
        {isEmpty && <Nothing empty={empty} />}
        <ul ref={list} />
      </section>
    </div>
  );
}

function Nothing({ empty }: { empty: ComponentChildren }) {
  const { state } = connection.value;
  if (state === "live") return <>{empty}</>;
  if (state === "refused") return <p class="faint none">The server can't follow this filter.</p>;
  return <p class="faint none">Connecting…</p>;
}

function lagOf({ activations, server_time }: LiveBatch): number | undefined {
  const now = server_time.getTime();
  return median(
    activations
      .filter(({ late }) => !late)
      .map(({ shown_at }) => Math.max(0, now - shown_at.getTime())),
  );
}
