import { randomInt } from "node:crypto";
import { parseArgs } from "node:util";
import { exitOnSignals } from "../support/early-exit.ts";
import { runLoad } from "./load-scenario.ts";
import { TORTURE_DEFAULTS } from "./options.ts";
import { runOutage } from "./outage-scenario.ts";
import { loadText, outageText } from "./report.ts";

const USAGE = `npm run torture -- [options]
  --scenario all|load|outage   what to do (all)
  --count 20000                different activations; each is sent one to three times
  --systems 8
  --seconds 20                 how long the load lasts when nothing goes wrong
  --postgres-restarts 2        every other one is a kill -9
  --server-kills 1
  --outage-seconds 60          how long PostgreSQL is away in the outage
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
    seed: { type: "string" },
    help: { type: "boolean", default: false },
  },
});

if (values.help || !["all", "load", "outage"].includes(values.scenario)) {
  process.stdout.write(USAGE);
  process.exit(values.help ? 0 : 2);
}

const seed = number(values.seed, randomInt(1_000_000));
const say = (line: string) => process.stderr.write(`torture: ${line}\n`);
let isOk = true;

exitOnSignals();

say(`seed ${seed}`);
if (values.scenario !== "outage") {
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
if (values.scenario !== "load") {
  const report = await runOutage({ seconds: number(values["outage-seconds"], 60), seed, say });
  process.stdout.write(`${outageText(report)}\n\n`);
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
