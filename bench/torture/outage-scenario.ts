import { setTimeout as pause } from "node:timers/promises";
import pg from "pg";
import {
  credentials,
  decodeStatusDetails,
  MainClient,
  type MainClientInstance,
  STATUS_DETAILS_KEY,
  status,
} from "slimmer-grpc";
import { createRandom, type Random } from "../support/random.ts";
import type { Finding } from "./check.ts";
import { type Machine, startMachine } from "./machine.ts";
import type { CallStatus } from "./refusal.ts";

export type OutageOptions = {
  /** How long PostgreSQL is away. */
  seconds: number;
  seed: number;
  say(line: string): void;
};

export type OutageReport = {
  readonly options: OutageOptions;
  readonly calls: number;
  readonly slowestMs: number;
  /** By what was called: how the refusals were named. */
  readonly refusals: ReadonlyMap<string, number>;
  readonly readyz: string;
  readonly backMs: number;
  readonly findings: readonly Finding[];
  readonly ok: boolean;
};

const ROUND_MS = 100;
/** A refusal that waits longer than this for its database is none "at once": the call ends with DEADLINE_EXCEEDED. */
const DEADLINE_MS = 2_000;
const BACK_MS = 30_000;
const SYSTEM = "outage";
const SENSOR = { category: "door", name: "front door", identity: "1" };

/**
 * PostgreSQL is stopped for a while. Every kind of call must be refused at once with UNAVAILABLE and a RetryInfo, the
 * server must stay up and say why it is not ready, and must work again by itself once PostgreSQL is back.
 */
export async function runOutage(options: OutageOptions): Promise<OutageReport> {
  const machine = await startMachine();
  const client = new MainClient(machine.grpcAddress, credentials.createInsecure());
  try {
    return await runOutageOn(machine, client, options);
  } finally {
    client.close();
    await machine.close();
  }
}

async function runOutageOn(
  machine: Machine,
  client: MainClientInstance,
  options: OutageOptions,
): Promise<OutageReport> {
  const random = createRandom(options.seed);
  const runId = random.uuidV7(Date.now());
  const calls = callsOf(client, runId, random);
  const stored: string[] = [];
  const send = async () => {
    const { id, outcome } = await calls.new_activation();
    if (!outcome) stored.push(id);
    return outcome;
  };
  const before = [(await calls.new_system_run()).outcome, await send()].filter(Boolean);
  const pid = machine.server.pid;

  options.say(`stopping PostgreSQL for ${options.seconds} s`);
  await machine.stopPostgres();
  const refusals = new Map<string, number>();
  const wrong: string[] = [];
  let count = 0;
  let slowestMs = 0;
  let readyz = "";
  const endAt = performance.now() + options.seconds * 1_000;
  while (performance.now() < endAt) {
    for (const [name, call] of Object.entries(calls)) {
      const startedAt = performance.now();
      const { outcome } = await call();
      slowestMs = Math.max(slowestMs, performance.now() - startedAt);
      count += 1;
      const said = `${name}: ${nameOf(outcome)}`;
      refusals.set(said, (refusals.get(said) ?? 0) + 1);
      if (!isHonest(outcome)) wrong.push(said);
    }
    readyz = await look(machine, "/readyz");
    await pause(ROUND_MS);
  }
  const livez = await look(machine, "/livez");
  await machine.startPostgres();
  const backAt = performance.now();
  let last: CallStatus | undefined = await send();
  while (last && performance.now() - backAt < BACK_MS) {
    await pause(20);
    last = await send();
  }
  const backMs = performance.now() - backAt;
  const readyAgain = await untilReady(machine);
  const found = await storedIds(machine.databaseUrl);

  const findings: Finding[] = [
    { name: "calls work before the outage", ok: before.length === 0, detail: "" },
    {
      name: "every call is refused with UNAVAILABLE and a RetryInfo before its deadline",
      ok: wrong.length === 0,
      detail: wrong.slice(0, 3).join("; "),
    },
    {
      name: "the process stays up",
      ok: !machine.server.hasExited && machine.server.pid === pid && livez === "200 ok",
      detail: `pid ${pid}, /livez ${livez}`,
    },
    {
      name: "/readyz says why not",
      ok: readyz.startsWith("503") && readyz.includes("database"),
      detail: readyz,
    },
    {
      name: "work goes on by itself afterwards",
      ok: last === undefined && readyAgain,
      detail: `${Math.round(backMs)} ms after PostgreSQL was back`,
    },
    {
      name: "what was acknowledged is stored, once",
      ok: new Set(found).size === found.length && stored.every((id) => found.includes(id)),
      detail: `${found.length} rows, ${stored.length} acknowledged`,
    },
  ];
  const ok = findings.every((finding) => finding.ok);
  return { options, calls: count, slowestMs, refusals, readyz, backMs, findings, ok };
}

type Called = { id: string; outcome: CallStatus | undefined };

/** One call of each kind that needs the database; `outcome` is undefined for a success. */
function callsOf(client: MainClientInstance, runId: string, random: Random) {
  const deadline = () => ({ deadline: Date.now() + DEADLINE_MS });
  const activation = () => ({
    system_id: SYSTEM,
    run_id: runId,
    entity: SENSOR,
    activation_id: random.uuidV7(Date.now()),
  });
  return {
    new_activation(): Promise<Called> {
      const sent = activation();
      return new Promise((resolve) => {
        client.new_activation(sent, deadline(), (error) =>
          resolve({ id: sent.activation_id, outcome: error ?? undefined }),
        );
      });
    },
    new_activations(): Promise<Called> {
      const sent = activation();
      return new Promise((resolve) => {
        client.new_activations({ activations: [sent] }, deadline(), (error) =>
          resolve({ id: sent.activation_id, outcome: error ?? undefined }),
        );
      });
    },
    stream_activations(): Promise<Called> {
      const sent = activation();
      return new Promise((resolve) => {
        const call = client.stream_activations(deadline());
        call.on("data", () => {});
        call.on("error", () => {});
        call.on("status", (last: CallStatus) =>
          resolve({
            id: sent.activation_id,
            outcome: last.code === status.OK ? undefined : last,
          }),
        );
        call.write({ activations: [sent] });
        call.end();
      });
    },
    new_system_run(): Promise<Called> {
      return new Promise((resolve) => {
        client.new_system_run(
          { system_id: SYSTEM, run_id: runId, entities: [SENSOR] },
          deadline(),
          (error) => resolve({ id: runId, outcome: error ?? undefined }),
        );
      });
    },
  };
}

function isHonest(outcome: CallStatus | undefined): boolean {
  return outcome?.code === status.UNAVAILABLE && detailsOf(outcome)?.retryAfterMs !== undefined;
}

function nameOf(outcome: CallStatus | undefined): string {
  if (!outcome) return "OK";
  const said = detailsOf(outcome);
  const retry = said?.retryAfterMs === undefined ? "no RetryInfo" : `${said.retryAfterMs} ms`;
  return `${status[outcome.code]} ${said?.reason ?? outcome.details} (${retry})`;
}

function detailsOf({ metadata }: CallStatus) {
  const bytes = metadata.get(STATUS_DETAILS_KEY)[0];
  return Buffer.isBuffer(bytes) ? decodeStatusDetails(bytes) : undefined;
}

async function look({ opsAddress }: Machine, path: string): Promise<string> {
  const response = await fetch(`http://${opsAddress}${path}`);
  return `${response.status} ${(await response.text()).trim().replaceAll("\n", " ")}`;
}

async function untilReady(machine: Machine): Promise<boolean> {
  const deadline = performance.now() + BACK_MS;
  while (performance.now() < deadline) {
    if ((await look(machine, "/readyz")) === "200 ok") return true;
    await pause(50);
  }
  return false;
}

async function storedIds(url: string): Promise<string[]> {
  const client = new pg.Client(url);
  client.on("error", () => {});
  await client.connect();
  try {
    const { rows } = await client.query(
      "select activation_id from activations union all select activation_id from stray_activations",
    );
    return rows.map((row: { activation_id: string }) => row.activation_id);
  } finally {
    await client.end();
  }
}
