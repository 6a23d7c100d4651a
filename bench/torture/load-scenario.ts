import { createRandom } from "../support/random.ts";
import { sendBatches } from "./batch-sender.ts";
import { checkDatabase, type Finding } from "./check.ts";
import { type FaultRecord, strike } from "./faults.ts";
import { createFeed } from "./feed.ts";
import { createLedger, type Ledger } from "./ledger.ts";
import { type Machine, startMachine } from "./machine.ts";
import type { TortureOptions } from "./options.ts";
import { makePlan, PATHS, type Path, type Plan } from "./plan.ts";
import { createSession } from "./session.ts";
import { sendStreams } from "./stream-sender.ts";
import { sendSingles } from "./unary-sender.ts";

export type LoadReport = {
  readonly options: TortureOptions;
  readonly plan: Plan;
  readonly ledger: Ledger;
  readonly faults: readonly FaultRecord[];
  readonly findings: readonly Finding[];
  readonly ok: boolean;
};

/** Senders of each path. */
const SENDERS = { new_activation: 100, new_activations: 6, stream_activations: 4 } as const;
/** What the load may take beyond its plan, for faults and repetitions, before it is given up. */
const EXTRA_MS = 120_000;

/**
 * Sends every activation one to three times over all paths at once, while PostgreSQL and the server are stopped, killed
 * and started again in the middle of it; then looks for what was lost, stored twice, or counted wrongly.
 */
export async function runLoad(options: TortureOptions): Promise<LoadReport> {
  const machine = await startMachine();
  try {
    return await runLoadOn(machine, options);
  } finally {
    await machine.close();
  }
}

async function runLoadOn(machine: Machine, options: TortureOptions): Promise<LoadReport> {
  const plan = makePlan(options, Date.now());
  const total = plan.copies.length;
  const ledger = createLedger(PATHS, total);
  const session = createSession({ address: machine.grpcAddress, systems: plan.systems, ledger });
  void machine.crashed.then(() => ledger.giveUp());
  const timer = setTimeout(() => ledger.giveUp(), options.seconds * 1_000 + EXTRA_MS);
  try {
    const onTime = plan.systems.filter(({ isLate }) => !isLate);
    await Promise.all(onTime.map(session.register));
    options.say(`sending ${plan.items.length} activations ${total} times`);
    const [faults] = await Promise.all([
      strikeAll(plan, machine, ledger, options),
      sendAll(plan, session, ledger, options),
    ]);
    const { findings } = await checkDatabase(machine.databaseUrl, plan, ledger);
    const all = [
      {
        name: "every copy is acknowledged",
        ok: ledger.acknowledged === total,
        detail: `${ledger.acknowledged} of ${total}`,
      },
      {
        name: "the server said nothing that it must not say",
        ok: ledger.problems.length === 0,
        detail: ledger.problems.slice(0, 5).join("; "),
      },
      {
        name: "every fault struck in the middle of the load, and all came back",
        ok: faults.length === plan.faults.length,
        detail: `${faults.length} of ${plan.faults.length}`,
      },
      {
        name: "no process ended by itself",
        ok: machine.crashes.length === 0,
        detail: machine.crashes.join("\n"),
      },
      ...findings,
    ];
    return { options, plan, ledger, faults, findings: all, ok: all.every(({ ok }) => ok) };
  } finally {
    clearTimeout(timer);
    ledger.giveUp();
    session.close();
  }
}

async function strikeAll(
  plan: Plan,
  machine: Machine,
  ledger: Ledger,
  options: TortureOptions,
): Promise<FaultRecord[]> {
  const records: FaultRecord[] = [];
  const strikes = async (faults: Plan["faults"]) => {
    for (const fault of faults) {
      const record = await strike(fault, { machine, ledger, total: plan.copies.length });
      if (!record) return;
      records.push(record);
      options.say(`${record.kind} at ${Math.round(record.beganMs)} ms, and back`);
    }
  };
  // Each process has a row of faults of its own, so that one may be struck while the other is down.
  const isOfServer = ({ kind }: { kind: string }) => kind === "server killed";
  await Promise.all([
    strikes(plan.faults.filter(isOfServer)),
    strikes(plan.faults.filter((fault) => !isOfServer(fault))),
  ]);
  return records.sort((a, b) => a.beganMs - b.beganMs);
}

async function sendAll(
  plan: Plan,
  session: ReturnType<typeof createSession>,
  ledger: Ledger,
  { seconds, seed }: TortureOptions,
): Promise<void> {
  const feeds = Object.fromEntries(
    PATHS.map((path) => [
      path,
      createFeed(
        plan.copies.filter((copy) => copy.path === path),
        seconds,
        ledger,
      ),
    ]),
  ) as Record<Path, ReturnType<typeof createFeed>>;
  const many = (path: Path, send: (sender: number) => Promise<void>) =>
    Array.from({ length: SENDERS[path] }, (_, sender) => send(sender));
  await Promise.all([
    ...many("new_activation", () => sendSingles(feeds.new_activation, session, ledger)),
    ...many("new_activations", (sender) =>
      sendBatches(feeds.new_activations, session, ledger, createRandom(seed + 1_000 + sender)),
    ),
    ...many("stream_activations", (sender) =>
      sendStreams(feeds.stream_activations, session, ledger, createRandom(seed + 2_000 + sender)),
    ),
  ]);
}
