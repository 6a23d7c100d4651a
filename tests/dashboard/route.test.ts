import { expect, test } from "vitest";
import { parentOf, parseRoute, to } from "../../src/dashboard/router/route.ts";

const AWKWARD = "mill/north 100% ?#ü";

test("every link leads to the page that it was made for", () => {
  const entity = { category: "door", name: "quay gate & co", identity: "d=01?" };
  const links = {
    [to.fleet()]: { view: "fleet" },
    [to.live()]: { view: "live" },
    [to.storage()]: { view: "storage" },
    [to.system(AWKWARD)]: { view: "system", system: AWKWARD },
    [to.run(AWKWARD, "01HZ")]: { view: "run", system: AWKWARD, run: "01HZ" },
    [to.sensor(AWKWARD, entity)]: { view: "sensor", system: AWKWARD, ...entity },
  };
  for (const [link, route] of Object.entries(links)) {
    const { pathname, search } = new URL(link, "http://slimmer.test");
    expect(parseRoute(pathname, search)).toEqual(route);
  }
});

test("a path that no page has is unknown, even one that can't be decoded", () => {
  for (const path of [
    "/nope",
    "/systems",
    "/systems/a/b",
    "/systems/a/runs",
    "/live/x",
    "/%E0%A4",
  ]) {
    expect(parseRoute(path)).toEqual({ view: "unknown", path });
  }
});

test("a slash at the end changes nothing", () => {
  expect(parseRoute("/live/")).toEqual({ view: "live" });
  expect(parseRoute("/systems/attic/")).toEqual({ view: "system", system: "attic" });
});

test("Esc leads from a run and a sensor to their system, and from there to the fleet", () => {
  expect(parentOf(parseRoute("/systems/attic/runs/1"))).toBe("/systems/attic");
  expect(parentOf(parseRoute("/systems/attic/sensor"))).toBe("/systems/attic");
  expect(parentOf(parseRoute("/systems/attic"))).toBe("/");
});
