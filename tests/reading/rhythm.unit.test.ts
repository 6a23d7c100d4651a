import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { uuidsBeginningWith } from "../../src/reading/search.ts";
import { rhythmOf } from "../../src/reading/sensors/rhythm.ts";
import { forecast } from "../../src/reading/storage/forecast.ts";
import { processesOf } from "../../src/reading/storage/processes.ts";
import { fromTimestamp, toDuration, toTimestamp } from "../../src/reading/wire-time.ts";

const SECOND = 1_000_000;
const DAY = 86_400 * SECOND;
const lengthOf = (duration: { seconds?: unknown; nanos?: unknown } | null | undefined) =>
  Number(duration?.seconds) * SECOND + Number(duration?.nanos) / 1_000;

describe("a rhythm", () => {
  test("of a sensor that never fired says nothing", () => {
    expect(rhythmOf([], 5 * SECOND)).toEqual({
      gaps: 0,
      shortest: null,
      median: null,
      p90: null,
      longest: null,
      current: null,
      buckets: [],
    });
  });

  test("of a single firing has no gaps but the current one", () => {
    expect(rhythmOf([SECOND], 5 * SECOND)).toMatchObject({
      gaps: 0,
      median: null,
      current: { seconds: 4, nanos: 0 },
      buckets: [],
    });
  });

  test("rests on the gaps, whatever the order of the firings", () => {
    const firings = [0, 1, 3, 7, 15, 31, 63, 127, 255, 511, 1023].map((at) => at * SECOND);
    const rhythm = rhythmOf(firings.toReversed(), 2_000 * SECOND);
    expect(rhythm).toMatchObject({
      gaps: 10,
      shortest: { seconds: 1 },
      median: { seconds: 16 },
      p90: { seconds: 256 },
      longest: { seconds: 512 },
      current: { seconds: 977 },
    });
  });

  test("puts every gap into the one bucket that it belongs to, and leaves none out between", () => {
    const times = fc.array(fc.integer({ min: 0, max: 100 * DAY }), { minLength: 2, maxLength: 60 });
    fc.assert(
      fc.property(times, (firings) => {
        const { buckets = [], gaps } = rhythmOf(firings, 100 * DAY);
        expect(buckets.reduce((sum, { count }) => sum + (count ?? 0), 0)).toBe(gaps);
        const sorted = [...firings].sort((a, b) => a - b);
        const begins = buckets.map(({ at_least }) => lengthOf(at_least));
        for (const [place, { count }] of buckets.entries()) {
          const from = begins[place] as number;
          const to = begins[place + 1] ?? Number.POSITIVE_INFINITY;
          if (from > 0 && to < Number.POSITIVE_INFINITY) expect(to).toBe(2 * from);
          const own = sorted.slice(1).filter((us, index) => {
            const gap = us - (sorted[index] as number);
            return gap >= from && gap < to;
          });
          expect(count).toBe(own.length);
        }
      }),
    );
  });
});

test("times keep their microseconds on the wire, before 1970 too", () => {
  fc.assert(
    fc.property(fc.integer({ min: -(2 ** 52), max: 2 ** 52 }), (us) => {
      const { seconds, nanos } = toTimestamp(us) as { seconds: number; nanos: number };
      expect(nanos).toBeGreaterThanOrEqual(0);
      expect(nanos).toBeLessThan(1_000_000_000);
      expect(fromTimestamp({ seconds, nanos })).toBe(us);
      expect(lengthOf(toDuration(us))).toBeCloseTo(us, 0);
    }),
  );
  expect(toDuration(-1_500_000)).toEqual({ seconds: -1, nanos: -500_000_000 });
});

test("the beginning of a UUID says between which it lies", () => {
  expect(uuidsBeginningWith("019A-")).toBeUndefined();
  expect(uuidsBeginningWith("door")).toBeUndefined();
  expect(uuidsBeginningWith("-")).toBeUndefined();
  expect(uuidsBeginningWith("019a7b3c-11")).toEqual({
    from: "019a7b3c-1100-0000-0000-000000000000",
    to: "019a7b3c-11ff-ffff-ffff-ffffffffffff",
  });
  expect(uuidsBeginningWith("019A7B3C11")).toEqual(uuidsBeginningWith("019a7b3c-11"));
});

describe("a forecast", () => {
  const day = (dayNo: number, rows: number, bytes: number) => ({ dayUs: dayNo * DAY, rows, bytes });
  const facts = {
    firstHourUs: 0,
    // Ahead, today, two of the last seven days, and one before these.
    days: [
      day(101, 0, 40_000),
      day(100, 9_000, 900_000),
      day(99, 4_000, 400_000),
      day(98, 3_000, 300_000),
      day(92, 50_000, 5_000_000),
    ],
    todayUs: 100 * DAY,
    maxDays: 7,
    lowerUs: 10 * DAY,
  };

  test("takes the mean of the last whole days", () => {
    expect(forecast(facts)).toEqual({
      rowsPerDay: 1_000,
      bytesPerDay: 100_000,
      bytesAtRetention: 9_100_000,
    });
  });

  test("takes fewer days where there are no more", () => {
    expect(forecast({ ...facts, firstHourUs: 98 * DAY })).toMatchObject({ rowsPerDay: 3_500 });
  });

  test("says nothing on the first day, and no growth where nothing came", () => {
    const nothing = { rowsPerDay: 0, bytesPerDay: 0, bytesAtRetention: 0 };
    expect(forecast({ ...facts, firstHourUs: 100 * DAY })).toEqual(nothing);
    expect(forecast({ ...facts, firstHourUs: null })).toEqual(nothing);
    const empty = facts.days.map(({ dayUs }) => ({ dayUs, rows: 0, bytes: 40_000 }));
    expect(forecast({ ...facts, days: empty })).toEqual(nothing);
  });
});

test("programs are known by the names of their connections", () => {
  const of = (name: string, connectedUs = 0, leads = false) => ({
    name,
    address: "10.0.0.1",
    connectedUs,
    leads,
  });
  const processes = processesOf([
    of("slimmer serve 0.1.0 writer 1", 5 * SECOND),
    of("slimmer serve 0.1.0 pool", 3 * SECOND),
    of("slimmer serve 0.2.0-rc.1 pool"),
    of("slimmer keeper 0.1.0 keeper", 0, true),
    of("slimmer migrate"),
  ]);
  expect(processes).toMatchObject([
    { name: "keeper", version: "0.1.0", leader: true, connections: 1 },
    { name: "migrate", version: "" },
    { name: "serve", version: "0.1.0", connections: 2, connected_at: { seconds: 3 } },
    { name: "serve", version: "0.2.0-rc.1" },
  ]);
});
