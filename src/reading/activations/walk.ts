import { FLAGS } from "../../domain/activation.ts";
import type { Queryable } from "../../store/queryable.ts";
import {
  before,
  comparePlaces,
  msOf,
  type Place,
  placeOf,
} from "../../store/reads/activation-places.ts";
import { MAX_SCANNED } from "../../store/reads/activation-statements.ts";
import {
  type Found,
  type FoundActivation,
  findElsewhere,
  findInRanges,
  findInSystem,
  findInWindow,
  type IdRange,
  type Page,
  type SensorNumber,
} from "../../store/reads/activations.ts";
import {
  type FiredHour,
  type FiredHours,
  firedHoursOfAll,
  firedHoursOfSensors,
  HOUR_MS,
  HOURS_OF_SENSOR,
  systemsWithStrays,
} from "../../store/reads/fired-hours.ts";
import type { Wanted } from "./filter.ts";
import { nextSpan, SKEW_MS, type Span } from "./spans.ts";

/**
 * Activations in their order, a page at a time. Two ways run side by side, and are merged: rows that lie in the
 * order of their ids, and those that lie elsewhere, which have indexes of their own. The former are
 *   - of one system: a walk along the primary key;
 *   - of a few sensors: the same, in those hours only in which the counts have these sensors;
 *   - of all systems: windows in time that the counts fill with about a page, each system that fired in them looked at.
 * The place after a page says how far both have come, so no page depends on what an earlier one has seen.
 */
export type Walk = {
  /** The next rows after a place; `end` is undefined after the last of all. Rows may be fewer, or none, before that. */
  next(db: Queryable, page: Page): Promise<Found>;
};

/** Statements, and rows that lie by their ids, that one page may take. */
const MAX_LOOKS = 10;
/** Hours of a sensor that may lie around the place, so that nothing of them is below it. */
const HOURS_AROUND_PLACE = 2;
/** Hours of a sensor that are read at once, at least. */
const MIN_HOURS = 10;
/** Ids are ahead of their time by the days that have partitions before they begin. */
const DAYS_BELOW_MS = 8 * 24 * HOUR_MS;
/** More rows than asked for, because hours are seldom even. */
const SLACK = 1.3;

export function createWalk(wanted: Wanted, nowMs: () => number): Walk {
  const dated = datedWay(wanted, nowMs);
  const others = elsewhereWay(wanted);
  return {
    async next(db, page) {
      if (wanted.isEmpty) return { rows: [], end: undefined };
      return merged(await dated(db, page), await others(db, page), page.limit);
    },
  };
}

type Way = (db: Queryable, page: Page) => Promise<Found>;

const nothing: Way = async () => ({ rows: [], end: undefined });

function merged(a: Found, b: Found, limit: number): Found {
  const ends = [a.end, b.end].filter((end) => end !== undefined).sort(comparePlaces);
  const [end] = ends;
  const rows = b.rows.length === 0 ? a.rows : [...a.rows, ...b.rows].sort(compareFound);
  // What lies behind the nearer end would leave out what the other way has there.
  const known = end ? rows.filter((row) => comparePlaces(placeOf(row), end) <= 0) : rows;
  if (known.length < limit || (known.length === limit && !end)) return { rows: known, end };
  const page = known.slice(0, limit);
  return { rows: page, end: placeOf(page.at(-1) as FoundActivation) };
}

function compareFound(a: FoundActivation, b: FoundActivation): number {
  return comparePlaces(placeOf(a), placeOf(b));
}

/** What was found and not used stays for the next page of the same walk. */
function elsewhereWay(wanted: Wanted): Way {
  const startsAt =
    wanted.untilUs === undefined ? undefined : before(Math.ceil(wanted.untilUs / 1_000));
  let kept: Found | undefined;
  return async (db, page) => {
    const after = startsAt && comparePlaces(page.after, startsAt) < 0 ? startsAt : page.after;
    const isUsedUp = kept?.end !== undefined && comparePlaces(kept.end, after) <= 0;
    if (!kept || isUsedUp)
      kept = await findElsewhere(db, wanted.systemNo, wanted, { ...page, after });
    kept = { ...kept, rows: kept.rows.filter((row) => comparePlaces(placeOf(row), after) > 0) };
    return kept;
  };
}

function datedWay(wanted: Wanted, nowMs: () => number): Way {
  if ((wanted.flags & FLAGS.clockSuspect) !== 0) return nothing;
  const way =
    wanted.followsSensors || wanted.systemNo === undefined
      ? steeredWay(wanted, nowMs)
      : systemWay(wanted, wanted.systemNo);
  const startsAt = before(wanted.beforeMs);
  return async (db, page) => {
    const after = comparePlaces(page.after, startsAt) < 0 ? startsAt : page.after;
    if (isPast(after, wanted.lowMs)) return { rows: [], end: undefined };
    const found = await way(db, { ...page, after });
    return found.end && isPast(found.end, wanted.lowMs) ? { ...found, end: undefined } : found;
  };
}

function isPast(place: Place, lowMs: number): boolean {
  return comparePlaces(place, before(lowMs)) >= 0;
}

/** Every row of the system in its order; one statement a page. */
function systemWay(wanted: Wanted, systemNo: number): Way {
  const { lowMs } = wanted;
  return async (db, page) => findInSystem(db, { systemNo, lowMs }, wanted, page);
}

/** Led by the counts, in a few statements a page. */
function steeredWay(wanted: Wanted, nowMs: () => number): Way {
  let steering: (FiredHours & { newestMs: number }) | undefined;

  /** The hours below a place, as far as they are known; asked for again when they are used up. */
  async function hoursBelow(
    db: Queryable,
    beforeMs: number,
    hoursWished: number,
  ): Promise<FiredHours> {
    const isKnown =
      steering &&
      beforeMs - 1 + SKEW_MS < steering.newestMs + HOUR_MS &&
      (steering.moreBeforeMs === undefined || beforeMs > steering.moreBeforeMs + HOUR_MS + SKEW_MS);
    if (isKnown) return steering as FiredHours;
    const newestMs = floorHour(Math.min(beforeMs - 1 + SKEW_MS, nowMs() + 24 * HOUR_MS));
    const span = { newestMs, oldestMs: Math.max(0, floorHour(wanted.lowMs - SKEW_MS)) };
    const found = wanted.followsSensors
      ? await firedHoursOfSensors(
          db,
          wanted.sensors as SensorNumber[],
          span,
          // Each of them has a row at least.
          Math.min(HOURS_OF_SENSOR, Math.max(MIN_HOURS, Math.ceil(hoursWished))),
        )
      : await firedHoursOfAll(db, span);
    steering = { ...found, newestMs };
    return found;
  }

  return async (db, { after, limit }) => {
    const rows: FoundActivation[] = [];
    const isSelective = wanted.flags !== 0 || wanted.isLate || wanted.patterns !== undefined;
    let place = after;
    // Where every row is wanted, a look ends with the page. Else it may have to look at all that it reaches.
    const passesOver = isSelective || wanted.followsSensors;
    let budget = passesOver ? MAX_SCANNED : Number.POSITIVE_INFINITY;
    let widening = 1;
    for (let look = 0; look < MAX_LOOKS && budget > 0; look++) {
      const missing = limit - rows.length;
      const page = { after: place, limit: missing };
      // The place has its own millisecond still before it.
      const beforeMs = place.isElsewhere && place.systemNo === 0 ? msOf(place) : msOf(place) + 1;
      const rowsWished = (isSelective ? Math.max(1_000, 4 * limit) : missing) * widening * SLACK;
      const hoursWished = isSelective ? rowsWished : (missing + HOURS_AROUND_PLACE) * widening;
      const known = await hoursBelow(db, beforeMs, hoursWished);
      const floorMs = Math.max(0, known.lowerMs - DAYS_BELOW_MS);
      const lowMs = Math.max(
        wanted.lowMs,
        floorMs,
        known.moreBeforeMs === undefined ? 0 : known.moreBeforeMs + HOUR_MS + SKEW_MS,
      );
      const span = nextSpan(known.hours, {
        beforeMs,
        lowMs,
        nowMs: nowMs(),
        wanted: rowsWished,
        budget,
      });
      const found = span
        ? await lookInto(db, wanted, known, span, page)
        : lowMs > floorMs || wanted.lowMs >= floorMs
          ? { rows: [], end: before(lowMs) }
          : await lookBelow(db, wanted, floorMs, page);
      rows.push(...found.rows);
      if (!found.end || rows.length >= limit) return { rows, end: found.end };
      if (isPast(found.end, wanted.lowMs)) return { rows, end: undefined };
      // Hours cost more than they said.
      if (found.isWornOut && passesOver) return { rows, end: found.end };
      place = found.end;
      // Hours say how many rows, not when: a burst may lie at the end of the one and the beginning of the other.
      if (isSelective || found.rows.length < missing / 2) widening *= 4;
      budget -= Math.max(1, span?.cost ?? 0);
    }
    return { rows, end: place };
  };
}

function lookInto(
  db: Queryable,
  wanted: Wanted,
  { waitingSystemNos }: FiredHours,
  span: Span,
  page: Page,
): Promise<Found> {
  const { lowMs, highMs } = span;
  // Nothing lies between the place and the span.
  const highest = before(highMs);
  const after = comparePlaces(page.after, highest) < 0 ? highest : page.after;
  const place = { ...page, after };
  if (wanted.followsSensors) {
    return findInRanges(db, { ranges: rangesOf(span), lowMs }, wanted, place);
  }
  const window = {
    lowMs,
    firstHourMs: floorHour(lowMs - SKEW_MS),
    lastHourMs: floorHour(highMs + SKEW_MS),
    systemNos: waitingSystemNos,
  };
  return findInWindow(db, window, wanted, place);
}

/** Below the partitions are only strays: few, and of few systems. */
async function lookBelow(
  db: Queryable,
  wanted: Wanted,
  floorMs: number,
  page: Page,
): Promise<Found> {
  const { lowMs } = wanted;
  const systemNos = await systemsWithStrays(db);
  const highest = before(floorMs);
  const after = comparePlaces(page.after, highest) < 0 ? highest : page.after;
  const ranges = systemNos.map((systemNo) => ({ systemNo, lowMs, highMs: floorMs }));
  const found = await findInRanges(db, { ranges, lowMs }, wanted, { ...page, after });
  return found.end && isPast(found.end, lowMs) ? { ...found, end: undefined } : found;
}

/** About how many rows it takes as long to walk over as to begin anew behind them. */
const ROWS_OF_A_BEGINNING = 50;

/** For each system the stretches of its hours; those that touch or nearly so are one, so that no row is found twice. */
function rangesOf({ hours, lowMs, highMs }: Span): IdRange[] {
  const rows = hours.reduce((sum, { cost }) => sum + cost, 0);
  const hoursOfSystems = hours.reduce((sum, { systemNos }) => sum + (systemNos?.size ?? 0), 0);
  const gapMs = (ROWS_OF_A_BEGINNING * hoursOfSystems * HOUR_MS) / Math.max(1, rows);
  const ranges: IdRange[] = [];
  const newestOf = new Map<number, IdRange>();
  for (const { ms, systemNos } of hours as readonly FiredHour[]) {
    const range = {
      lowMs: Math.max(lowMs, ms - SKEW_MS),
      highMs: Math.min(highMs, ms + HOUR_MS + SKEW_MS),
    };
    if (range.lowMs >= range.highMs) continue;
    for (const systemNo of systemNos ?? []) {
      const above = newestOf.get(systemNo);
      if (above && above.lowMs <= range.highMs + gapMs) {
        above.lowMs = Math.min(above.lowMs, range.lowMs);
        continue;
      }
      const own = { systemNo, ...range };
      ranges.push(own);
      newestOf.set(systemNo, own);
    }
  }
  return ranges;
}

function floorHour(ms: number): number {
  return Math.floor(ms / HOUR_MS) * HOUR_MS;
}
