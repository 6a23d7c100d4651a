// `npm test`: prepares, finds out which tiers can run here, runs them in one go, and says what ran and what did not.
//   npm test                              everything that this machine can run
//   npm test -- tests/rpc -t "batch"      whatever follows goes to vitest
//   SLIMMER_TEST_REQUIRE=all npm test     a tier that can't run is a failure (or names, with commas)
import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { chmodSync, existsSync, mkdtempSync, readFileSync } from "node:fs";
import { constants, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { sweepCompose } from "../tests/support/compose-leftovers.mjs";
import { sweepContainers, sweepDatabases, sweepFolder } from "../tests/support/leftovers.mjs";
import { probeTiers, requiredTiers } from "../tests/support/tiers.mjs";
import { prepare } from "./prepare.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const args = process.argv.slice(2);

const required = await sayingWhy(() => requiredTiers(process.env));
await sayingWhy(prepare);
const tiers = await probeTiers(process.env);
const runnable = tiers.filter((tier) => tier.reason === undefined);

const run = randomBytes(4).toString("hex");
const folder = mkdtempSync(join(tmpdir(), "slimmer-test-"));
// PostgreSQL refuses to run as root, so its user must be able to walk through here.
chmodSync(folder, 0o755);

/** The signal that ended the run early. */
let signal;
let cameToItsEnd = false;
const tally = await runVitest().finally(sweep);
report();

/** What goes wrong before the tests ends here, in a sentence. */
async function sayingWhy(work) {
  try {
    return await work();
  } catch (error) {
    console.error(`npm test: ${error.message}`);
    process.exit(2);
  }
}

/** One run of vitest over all runnable tiers; `tally` has the counts by tier. */
async function runVitest() {
  const tallyFile = join(folder, "tally.json");
  const reporters = args.some((arg) => arg.startsWith("--reporter")) ? [] : ["--reporter=default"];
  const vitest = join(root, "node_modules/vitest/vitest.mjs");
  const child = spawn(
    process.execPath,
    [vitest, "run", ...reporters, "--reporter=./tests/support/tally-reporter.mjs", ...args],
    {
      cwd: root,
      stdio: ["ignore", "inherit", "inherit"],
      // A group of its own, so that Ctrl-C comes here alone: the runner would not clean up after itself.
      detached: true,
      env: {
        ...process.env,
        TMPDIR: folder,
        SLIMMER_TEST_RUN: run,
        SLIMMER_TEST_TALLY: tallyFile,
        SLIMMER_TEST_TIERS: runnable.map((tier) => tier.name).join(","),
      },
    },
  );
  const ended = new Promise((resolve, reject) => {
    child.once("error", reject).once("exit", (code) => resolve(code ?? 1));
  });
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP"]) {
    process.on(name, () => {
      signal ??= name;
      endGroup(child.pid, "SIGTERM");
      setTimeout(endGroup, 5_000, child.pid, "SIGKILL").unref();
    });
  }
  const code = await ended;
  // What the tests started and did not stop.
  endGroup(child.pid, "SIGKILL");
  cameToItsEnd = signal === undefined && existsSync(tallyFile);
  const tally = existsSync(tallyFile)
    ? JSON.parse(readFileSync(tallyFile, "utf8"))
    : { "": { passed: 0, failed: 0, skipped: 0 } };
  // Something broke outside of any test: a crash, a teardown, or no test at all.
  if (code !== 0 && total(tally).failed === 0) tally[""].failed = 1;
  return tally;
}

function endGroup(pid, signal) {
  try {
    process.kill(-pid, signal);
  } catch {
    // The group is empty.
  }
}

async function sweep() {
  const canRun = (name) => runnable.some((tier) => tier.name === name);
  const steps = [sweepFolder(folder)];
  if (canRun("postgres-container")) steps.push(sweepContainers(run));
  if (canRun("compose")) steps.push(sweepCompose(run));
  // After a run that came to its end, what is still there was kept on purpose.
  if (!cameToItsEnd && canRun("postgres-url")) {
    steps.push(sweepDatabases(process.env.SLIMMER_TEST_DATABASE_URL, `slimmer_test_${run}`));
  }
  for (const step of await Promise.allSettled(steps)) {
    if (step.status === "rejected") console.error("could not clean up:", step.reason);
  }
}

function report() {
  if (signal) {
    console.log(`\nnpm test: ended by ${signal}`);
    process.exit(128 + constants.signals[signal]);
  }
  const width = Math.max(...tiers.map((tier) => tier.name.length));
  console.log("");
  for (const tier of tiers) console.log(`${tier.name.padEnd(width)}  ${line(tier)}`);
  if (tally[""].failed > 0) console.log(`outside of any tier: ${tally[""].failed} failed`);
  console.log("");
  const sum = total(tally);
  console.log(words(sum));
  process.exit(sum.failed > 0 ? 1 : 0);
}

function line(tier) {
  const counts = tally[tier.name];
  if (counts) return `ran: ${words(counts)}`;
  const reason = tier.reason ?? silence();
  // Whoever names files or tests has asked for less than everything.
  const isMissed = required.has(tier.name) && (tier.reason !== undefined || args.length === 0);
  if (!isMissed) return `not run: ${reason}`;
  tally[tier.name] = { passed: 0, failed: 1, skipped: 0 };
  return `not run, but required: ${reason}`;
}

/** Why a tier that could run did not. */
function silence() {
  if (!cameToItsEnd) return "the test runner ended early";
  return args.length > 0 ? "no test file of it was asked for" : "it has no test file";
}

function total(counts) {
  const sum = { passed: 0, failed: 0, skipped: 0 };
  for (const one of Object.values(counts)) {
    for (const outcome of Object.keys(sum)) sum[outcome] += one[outcome];
  }
  return sum;
}

function words({ passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed, ${skipped} skipped`;
}
