import { execFile } from "node:child_process";
import { randomInt } from "node:crypto";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { beforeAll, expect, test } from "vitest";
import { type ClientReport, runClients } from "../../bench/torture/client-scenario.ts";
import { clientText } from "../../bench/torture/report.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));

// The clients run as compiled, in processes of their own.
beforeAll(async () => {
  const tsc = "node_modules/typescript/bin/tsc";
  await promisify(execFile)(process.execPath, [tsc, "-p", "bench"], { cwd: root });
});

// The short form of `npm run torture -- --scenario client`; a failure shows the whole report, with the seed that repeats
// its plan.
test("loses and doubles nothing that fire() accepted, whatever fails between a sensor and the database", async () => {
  const report: ClientReport = await runClients({
    cycles: 6,
    clients: 2,
    seed: randomInt(1_000_000),
    say: () => {},
  });

  expect(
    report.findings.filter(({ ok }) => !ok),
    clientText(report),
  ).toEqual([]);
  expect(report.counts.fired).toBeGreaterThan(0);
  // Every kind of fault that this machine can have: fourteen, but for Envoy and a disk that can be filled.
  expect(report.faults.size + report.missing.length).toBe(14);
});
