/** How lively a kind of sensor is at each hour of a day; 1 is its average. */
const SHAPES: Record<string, readonly [busiestHour: number, swing: number][]> = {
  door: [
    [8, 0.7],
    [18, 0.6],
  ],
  motion: [[15, 0.9]],
  window: [[13, 0.8]],
  light: [[21, 0.8]],
  boiler: [
    [6, 0.6],
    [20, 0.6],
  ],
  temperature: [[14, 0.3]],
  humidity: [[5, 0.3]],
  vibration: [[11, 0.8]],
  smoke: [[19, 0.2]],
  moisture: [[7, 0.3]],
};

export const CATEGORIES = Object.keys(SHAPES);

/** How often a kind fires compared with others: doors often, smoke hardly ever. */
export const LIVELINESS: Record<string, number> = {
  door: 3,
  motion: 6,
  window: 1,
  light: 2,
  boiler: 1.5,
  temperature: 2,
  humidity: 1.5,
  vibration: 4,
  smoke: 0.05,
  moisture: 0.2,
};

/** The share of its average that a kind fires with at an hour (0 to 24, with a fraction). Its mean over a day is 1. */
export function rhythm(category: string, hour: number): number {
  const shape = SHAPES[category] ?? [];
  const swing = shape.reduce(
    (sum, [busiest, size]) => sum + size * Math.cos(((hour - busiest) / 24) * 2 * Math.PI),
    0,
  );
  return Math.max(0.02, 1 + swing / Math.max(1, shape.length));
}
