import { randomInt } from "node:crypto";
import { parseArgs } from "node:util";
import { exitOnSignals } from "../support/early-exit.ts";
import { CLIENT_DEFAULTS, runClients } from "./client-scenario.ts";
import { runLoad } from "./load-scenario.ts";
import { TORTURE_DEFAULTS } from "./options.ts";
import { runOutage } from "./outage-scenario.ts";
import { clientText, loadText, outageText } from "./report.ts";

const USAGE = `npm run torture -- [options]
  --scenario all|load|outage|client
                               what to do (all)
  --count 20000                different activations; each is sent one to three times
  --systems 8
  --seconds 20                 how long the load lasts when nothing goes wrong
  --postgres-restarts 2        every other one is a kill -9
  --server-kills 1
  --outage-seconds 60          how long PostgreSQL is away in the outage
  --cycles 100                 of faults around the clients of the SDK (20 as part of all)
  --clients 2                  client processes
  --seed N                     the same seed makes the same plan (chosen at random, and printed)
`;

const { values } = parseArgs({
  options: {
    scenario: { type: "string", default: "all" },
    count: { type: "string" },
    systems: { type: "string" },
    seconds: { type: "string" },
    "postgres-restarts": { type: "string" },
    "server-kills": { type: "string" },
    "outage-seconds": { type: "string" },
    cycles: { type: "string" },
    clients: { type: "string" },
    seed: { type: "string" },
    help: { type: "boolean", default: false },
  },
});

if (values.help || !["all", "load", "outage", "client"].includes(values.scenario)) {
  process.stdout.write(USAGE);
  process.exit(values.help ? 0 : 2);
}

const seed = number(values.seed, randomInt(1_000_000));
const say = (line: string) => process.stderr.write(`torture: ${line}\n`);
const isWanted = (scenario: string) => ["all", scenario].includes(values.scenario);
const CYCLES_OF_ALL = 20;
let isOk = true;

exitOnSignals();

say(`seed ${seed}`);
if (isWanted("load")) {
  const report = await runLoad({
    count: number(values.count, TORTURE_DEFAULTS.count),
    systems: number(values.systems, TORTURE_DEFAULTS.systems),
    seconds: number(values.seconds, TORTURE_DEFAULTS.seconds),
    postgresRestarts: number(values["postgres-restarts"], TORTURE_DEFAULTS.postgresRestarts),
    serverKills: number(values["server-kills"], TORTURE_DEFAULTS.serverKills),
    seed,
    say,
  });
  process.stdout.write(`${loadText(report)}\n\n`);
  isOk &&= report.ok;
}
if (isWanted("outage")) {
  const report = await runOutage({ seconds: number(values["outage-seconds"], 60), seed, say });
  process.stdout.write(`${outageText(report)}\n\n`);
  isOk &&= report.ok;
}
if (isWanted("client")) {
  const report = await runClients({
    cycles: number(
      values.cycles,
      values.scenario === "all" ? CYCLES_OF_ALL : CLIENT_DEFAULTS.cycles,
    ),
    clients: number(values.clients, CLIENT_DEFAULTS.clients),
    seed,
    say,
  });
  process.stdout.write(`${clientText(report)}\n\n`);
  isOk &&= report.ok;
}
process.stdout.write(`torture: ${isOk ? "OK" : `FAILED; again with --seed ${seed}`}\n`);
process.exit(isOk ? 0 : 1);

function number(text: string | undefined, otherwise: number): number {
  if (text === undefined) return otherwise;
  const value = Number(text);
  if (Number.isFinite(value) && value >= 0) return value;
  process.stderr.write(`torture: ${text} is no number\n${USAGE}`);
  process.exit(2);
}
