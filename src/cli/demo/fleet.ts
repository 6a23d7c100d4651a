import type { Sensor } from "../sensors/parse-sensor.ts";
import { createRandom, type Random } from "./random.ts";
import { CATEGORIES, LIVELINESS, rhythm } from "./rhythm.ts";

/** What happens to a system beside its ordinary life. */
export const FATES = {
  steady: "lives an ordinary life",
  restarts: "restarts now and then, sometimes without a word",
  offline: "is cut off for a while, and then delivers late",
  "wrong clock": "has a clock that runs two hours ahead",
  unregistered: "has a sensor that its runs do not list",
} as const;
export type Fate = keyof typeof FATES;

/** How a sensor behaves. */
export type Habit = "ordinary" | "bursts" | "chatters" | "never" | "falls silent";

export type DemoSensor = {
  readonly sensor: Sensor;
  readonly habit: Habit;
  /** How many events it has per second on the average of a day; each may be more than one activation. */
  readonly perSecond: number;
  /** For one that falls silent: how long after the start. */
  readonly silentAfterMs: number;
};

export type DemoSystem = {
  readonly id: string;
  readonly fate: Fate;
  readonly sensors: readonly DemoSensor[];
  /** Fires, but is in no run's list. */
  readonly stranger: DemoSensor | undefined;
  readonly random: Random;
};

export type FleetWish = {
  readonly systems: number;
  /** For each system. */
  readonly sensors: number;
  /** Activations per second of all systems together, at the hour of the start. */
  readonly rate: number;
  readonly seed: number;
  /** The hour of the day at the start, with a fraction. */
  readonly hour: number;
};

/** Activations that an event of a habit is on average: bursts are many. */
export const BURST = { min: 3, max: 12 } as const;
export const CHATTER = { min: 20, max: 60 } as const;
const MEAN: Record<Habit, number> = {
  ordinary: 1,
  bursts: (BURST.min + BURST.max) / 2,
  chatters: (CHATTER.min + CHATTER.max) / 2,
  never: 0,
  "falls silent": 1,
};

const PLACES = ["hall", "office", "kitchen", "cellar", "attic", "garage", "store room", "stairs"];
const SIDES = ["north", "east", "south", "west"];

/** Each special fate has a system even in a small fleet; the most are steady. */
const SPECIAL: readonly Fate[] = ["restarts", "offline", "wrong clock", "unregistered"];

/** A fleet of simulated systems: the same for the same wish. */
export function planFleet(wish: FleetWish): DemoSystem[] {
  const random = createRandom(wish.seed);
  const digits = Math.max(2, String(wish.systems).length);
  const drafts = Array.from({ length: wish.systems }, (_, index) => {
    const fate: Fate = SPECIAL[(index % 10) - 1] ?? "steady";
    const sensors = draftSensors(wish.sensors, random.fork());
    const id = `demo-${String(index + 1).padStart(digits, "0")}`;
    return { id, fate, sensors, random: random.fork() };
  });
  const share =
    wish.rate /
    totalWeight(
      drafts.flatMap(({ sensors }) => sensors),
      wish.hour,
    );
  return drafts.map(({ sensors, fate, ...system }) => {
    const scaled = sensors.map((sensor) => ({ ...sensor, perSecond: sensor.perSecond * share }));
    const stranger = fate === "unregistered" ? strangerOf(scaled) : undefined;
    return { ...system, fate, stranger, sensors: stranger ? without(scaled, stranger) : scaled };
  });
}

function draftSensors(count: number, random: Random): DemoSensor[] {
  return Array.from({ length: count }, (_, index) => {
    const category = random.pick(CATEGORIES);
    const name = `${random.pick(PLACES)} ${random.pick(SIDES)}`;
    const identity = `${category}-${index + 1}`;
    const habit = habitOf(index, count, random);
    return {
      sensor: { category, name, identity },
      habit,
      perSecond:
        habit === "never" ? 0 : (LIVELINESS[category] as number) / Math.max(1, MEAN[habit]),
      silentAfterMs: random.integer(30_000, 180_000),
    };
  });
}

/** The first is ordinary in any case, so that every system lives. */
function habitOf(index: number, count: number, random: Random): Habit {
  const drawn = random.next();
  if (index === 0 || count < 3) return "ordinary";
  if (drawn < 0.1) return "never";
  if (drawn < 0.18) return "falls silent";
  if (drawn < 0.26) return "bursts";
  return drawn < 0.29 ? "chatters" : "ordinary";
}

function totalWeight(sensors: readonly DemoSensor[], hour: number): number {
  return sensors.reduce(
    (sum, { sensor, habit, perSecond }) =>
      sum + perSecond * MEAN[habit] * rhythm(sensor.category, hour),
    0,
  );
}

/** The liveliest of those that stay out of the list without leaving it empty. */
function strangerOf(sensors: readonly DemoSensor[]): DemoSensor | undefined {
  if (sensors.length < 2) return undefined;
  return sensors.slice(1).reduce((best, one) => (one.perSecond > best.perSecond ? one : best));
}

function without(sensors: readonly DemoSensor[], stranger: DemoSensor): DemoSensor[] {
  return sensors.filter((sensor) => sensor !== stranger);
}
