import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { parseArgs } from "node:util";
import { runBench } from "./harness.ts";
import { BENCH_DEFAULTS } from "./options.ts";
import { exitOnSignals } from "./support/early-exit.ts";
import { ROOT } from "./support/root.ts";
import { table } from "./table.ts";

const USAGE = `npm run bench -- [options]
  --rounds 3      measured windows of each contestant
  --seconds 5     length of one window
  --only 1,3      rows to measure (1 to 12)
  --backlog 100000
                  activations in the spool of row 8
  --history 1000000
                  activations behind the pages of row 9 and the files of row 12
  --json FILE     where to write the results (bench/results/latest.json)
`;

const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: String(BENCH_DEFAULTS.rounds) },
    seconds: { type: "string", default: String(BENCH_DEFAULTS.seconds) },
    only: { type: "string", default: "" },
    backlog: { type: "string", default: String(BENCH_DEFAULTS.backlog) },
    history: { type: "string", default: String(BENCH_DEFAULTS.history) },
    json: { type: "string", default: join(ROOT, "bench/results/latest.json") },
    help: { type: "boolean", default: false },
  },
});

const rounds = Number(values.rounds);
const seconds = Number(values.seconds);
const only = values.only.split(",").filter(Boolean).map(Number);
const backlog = Number(values.backlog);
const history = Number(values.history);
const isSound =
  rounds >= 1 &&
  seconds > 0 &&
  backlog >= 1 &&
  history >= 1 &&
  only.every((row) => row >= 1 && row <= 12);

if (values.help || !isSound) {
  process.stdout.write(USAGE);
  process.exit(values.help ? 0 : 2);
}

exitOnSignals();
const results = await runBench({
  ...BENCH_DEFAULTS,
  rounds,
  seconds,
  only,
  backlog,
  history,
  holdSeconds: Math.min(BENCH_DEFAULTS.holdSeconds, seconds),
  say: (line) => process.stderr.write(`bench: ${line}\n`),
});
mkdirSync(dirname(values.json), { recursive: true });
writeFileSync(values.json, `${JSON.stringify(results, null, 2)}\n`);
process.stdout.write(`${table(results)}\n`);
process.exit(0);
