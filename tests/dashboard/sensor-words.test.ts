import { expect, test } from "vitest";
import type { Sensor } from "../../src/dashboard/api/types.ts";
import { marksOf } from "../../src/dashboard/views/parts/activation-marks.ts";
import { firstHour, SHOWN_HOURS } from "../../src/dashboard/views/sensor/count-range.ts";
import { gapRatioWords, sensorLook } from "../../src/dashboard/views/sensor/sensor-words.ts";

const NOW = Date.parse("2026-11-23T12:00:00Z");
const MINUTE = 60_000;
const DAY = 1_440 * MINUTE;

const sensor: Sensor = {
  system_id: "harbour-07",
  entity: { category: "pir", name: "store west", identity: "p-04" },
  attention: "NONE",
  registered: true,
  last_fired_at: new Date(NOW - 2 * MINUTE),
  fired_count: 1_204,
  run_fired_count: 18,
  usual_gap: 6 * MINUTE,
  hourly_counts: [],
};

test("a sensor that is well is told by its rhythm", () => {
  expect(sensorLook(sensor, NOW).words).toBe(
    "Fires on average every ~6 min; the last time was 2 min ago.",
  );
  expect(sensorLook(sensor, NOW).tone).toBe("up");
});

test("a silence that is long for the sensor is not green, though it is no alarm yet", () => {
  const silent = (minutes: number) => ({
    ...sensor,
    last_fired_at: new Date(NOW - minutes * MINUTE),
  });

  expect(sensorLook(silent(8), NOW).tone).toBe("up");
  expect(sensorLook(silent(10), NOW).tone).toBe("stopped");
  // By what its gaps were like, where that is known: the mean of gaps that come in bursts says little.
  expect(sensorLook(silent(10), NOW, { p90Ms: 12 * MINUTE }).tone).toBe("up");
  expect(sensorLook(silent(13), NOW, { p90Ms: 12 * MINUTE }).tone).toBe("stopped");
});

test("a sensor is not green while its system is silent", () => {
  for (const system of ["DOWN", "LATE"] as const) {
    const { tone, words } = sensorLook(sensor, NOW, { system });
    expect(tone).toBe("stopped");
    expect(words).toMatch(/the last time was 2 min ago. Its system is silent.$/);
  }
  expect(sensorLook(sensor, NOW, { system: "UP" }).tone).toBe("up");
});

test("each attention has a sentence and a shape of its own", () => {
  const silent = {
    ...sensor,
    attention: "SILENT" as const,
    last_fired_at: new Date(NOW - 94 * DAY),
  };
  expect(sensorLook(silent, NOW).words).toBe(
    "Silent for 94 d, though it fires on average every ~6 min.",
  );
  const never = { ...sensor, attention: "NEVER_FIRED" as const };
  expect(sensorLook(never, NOW).words).toBe(
    "Has not fired in this run; the last time was 2 min ago.",
  );
  delete (never as Partial<Sensor>).last_fired_at;
  expect(sensorLook(never, NOW).words).toBe("Has not fired in this run, nor ever before.");

  const all = ["NONE", "MISSING", "NEVER_FIRED", "SILENT", "UNREGISTERED"] as const;
  const shapes = all.map((attention) => sensorLook({ ...sensor, attention }, NOW).shape);
  expect(new Set(shapes).size).toBe(all.length);
});

test("a silence is compared with the mean gap once it is out of the ordinary", () => {
  expect(gapRatioWords(6 * MINUTE, 6 * MINUTE)).toBeUndefined();
  expect(gapRatioWords(27 * MINUTE, 6 * MINUTE)).toBe("4.5 times the mean gap");
  expect(gapRatioWords(94 * DAY, 6 * MINUTE)).toBe("22,560 times the mean gap");
  expect(gapRatioWords(94 * DAY, undefined)).toBeUndefined();
});

test("thirty days end with the hour that has begun", () => {
  const first = firstHour(NOW + 30 * MINUTE);

  expect(first.getTime() + (SHOWN_HOURS - 1) * 60 * MINUTE).toBe(NOW);
});

test("marks of an activation are shapes with words", () => {
  expect(marksOf({ late: true, unregistered: false, clock_suspect: true })).toMatchObject([
    { shape: "◇", word: "late" },
    { shape: "⏱", word: "clock" },
  ]);
});
