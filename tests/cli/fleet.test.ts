import { describe, expect, test } from "vitest";
import { type DemoSystem, type FleetWish, planFleet } from "../../src/cli/demo/fleet.ts";
import { CATEGORIES, rhythm } from "../../src/cli/demo/rhythm.ts";
import { type Happening, systemLife } from "../../src/cli/demo/system-life.ts";

const WISH: FleetWish = { systems: 20, sensors: 12, rate: 50, seed: 7, hour: 14 };

/** Everything that happens to a system in its first `ms`, as a demo would ask for it. */
function lived(system: DemoSystem, ms: number): Happening[] {
  const life = systemLife(system, WISH.hour);
  const happenings: Happening[] = [];
  for (let now = 0; now <= ms; now += 20) happenings.push(...life.until(now));
  return happenings;
}

const plain = (fleet: readonly DemoSystem[]) => JSON.parse(JSON.stringify(fleet)) as unknown;

describe("a fleet", () => {
  test("is the same for the same seed, and another for another", () => {
    expect(plain(planFleet(WISH))).toEqual(plain(planFleet(WISH)));
    expect(plain(planFleet({ ...WISH, seed: 8 }))).not.toEqual(plain(planFleet(WISH)));
    const [first, second] = [planFleet(WISH), planFleet(WISH)].map((fleet) =>
      lived(fleet[0] as DemoSystem, 60_000),
    );
    expect(first).toEqual(second);
  });

  test("has each fate, and systems that are named demo", () => {
    const fleet = planFleet(WISH);
    expect(fleet.map(({ id }) => id).slice(0, 2)).toEqual(["demo-01", "demo-02"]);
    expect(new Set(fleet.map(({ fate }) => fate))).toEqual(
      new Set(["steady", "restarts", "offline", "wrong clock", "unregistered"]),
    );
    expect(new Set(fleet.map(({ id }) => id)).size).toBe(20);
  });

  test("fires at the rate that was asked for", () => {
    const seconds = 120;
    const fired = planFleet(WISH)
      .flatMap((system) => lived(system, seconds * 1_000))
      .filter(({ kind }) => kind === "fire").length;
    expect(fired / seconds).toBeGreaterThan(WISH.rate * 0.75);
    expect(fired / seconds).toBeLessThan(WISH.rate * 1.25);
  });

  test("of one system with one sensor lives too", () => {
    const [system] = planFleet({ ...WISH, systems: 1, sensors: 1, rate: 10 });
    expect(lived(system as DemoSystem, 10_000).length).toBeGreaterThan(10);
  });

  test("has sensors that never fire, and some that fall silent", () => {
    const fleet = planFleet({ ...WISH, systems: 40 });
    const habits = new Set(fleet.flatMap(({ sensors }) => sensors.map(({ habit }) => habit)));
    expect(habits).toEqual(new Set(["ordinary", "bursts", "chatters", "never", "falls silent"]));
    for (const happening of fleet.flatMap((system) => lived(system, 240_000))) {
      if (happening.kind !== "fire") continue;
      expect(happening.sensor.habit).not.toBe("never");
      if (happening.sensor.habit !== "falls silent") continue;
      expect(happening.atMs).toBeLessThanOrEqual(happening.sensor.silentAfterMs);
    }
  });

  test("has a system with a sensor outside its list that fires", () => {
    const system = planFleet(WISH).find(({ fate }) => fate === "unregistered") as DemoSystem;
    const { stranger } = system;
    expect(system.sensors).not.toContain(stranger);
    const fired = lived(system, 60_000).filter(
      (happening) => happening.kind === "fire" && happening.sensor === stranger,
    );
    expect(fired.length).toBeGreaterThan(0);
  });
});

describe("a life", () => {
  test("comes in the order of its times, each once", () => {
    const happenings = planFleet(WISH).map((system) => lived(system, 30_000));
    for (const one of happenings) {
      const times = one.map(({ atMs }) => atMs);
      expect(times).toEqual([...times].sort((a, b) => a - b));
    }
  });

  test("of one that is cut off goes offline and online in turn", () => {
    const system = planFleet(WISH).find(({ fate }) => fate === "offline") as DemoSystem;
    const turns = lived(system, 200_000).filter(({ kind }) => kind.endsWith("line"));
    expect(turns.map(({ kind, atMs }) => [kind, atMs])).toEqual([
      ["offline", 15_000],
      ["online", 45_000],
      ["offline", 105_000],
      ["online", 135_000],
      ["offline", 195_000],
    ]);
  });

  test("of one that restarts does so now and then", () => {
    const system = planFleet(WISH).find(({ fate }) => fate === "restarts") as DemoSystem;
    const restarts = lived(system, 1_200_000).filter(({ kind }) => kind === "restart");
    expect(restarts.length).toBeGreaterThan(8);
    expect(restarts.length).toBeLessThan(40);
  });
});

test.each(CATEGORIES)(
  "%s has a rhythm whose mean over a day is about 1, and is never still",
  (category) => {
    const hours = Array.from({ length: 240 }, (_, tenth) => rhythm(category, tenth / 10));
    expect(hours.reduce((sum, one) => sum + one, 0) / 240).toBeCloseTo(1, 1);
    expect(Math.min(...hours)).toBeGreaterThan(0);
  },
);
