import { randomInt } from "node:crypto";
import { expect, test } from "vitest";
import { runLoad } from "../../bench/torture/load-scenario.ts";
import { runOutage } from "../../bench/torture/outage-scenario.ts";
import { loadText, outageText } from "../../bench/torture/report.ts";

// The short form of `npm run torture`; a failure shows the whole report, with the seed that repeats its plan.
const seed = randomInt(1_000_000);
const say = () => {};

test("loses and doubles nothing when PostgreSQL and the server die in the middle of the load", async () => {
  const report = await runLoad({
    count: 2_000,
    systems: 4,
    seconds: 4,
    postgresRestarts: 1,
    serverKills: 1,
    seed,
    say,
  });

  expect(
    report.findings.filter(({ ok }) => !ok),
    loadText(report),
  ).toEqual([]);
  expect(report.ledger.acknowledged).toBeGreaterThan(2_000);
});

test("refuses at once while PostgreSQL is away, says so, and goes on when it is back", async () => {
  const report = await runOutage({ seconds: 3, seed, say });

  expect(
    report.findings.filter(({ ok }) => !ok),
    outageText(report),
  ).toEqual([]);
  expect(report.calls).toBeGreaterThan(0);
});
