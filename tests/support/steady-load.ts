import { setTimeout as wait } from "node:timers/promises";
import { Metadata, type ServiceError, status } from "@grpc/grpc-js";
import type { ActivationAckOutput, MainClient } from "slimmer-grpc";
import { v7 } from "uuid";
import { createCaller, Refusal } from "./caller.ts";
import { door, greenhouse } from "./cast.ts";

type Client = InstanceType<typeof MainClient>;

export type LoadReport = {
  /** Unary calls and batches on streams that came to an end. */
  calls: number;
  /** Those of them that needed more than one attempt. */
  retried: number;
  /** The status codes of the attempts that had to be repeated, with their numbers. */
  refusals: Record<string, number>;
  /** What no retry could mend, in words. */
  failed: string[];
  /** The ids of everything that was acknowledged. */
  acknowledged: string[];
};

/** The retryable codes of OTLP's table: what any client of slimmer may repeat with the same ids. */
const RETRYABLE = [
  "CANCELLED",
  "DEADLINE_EXCEEDED",
  "ABORTED",
  "UNAVAILABLE",
  "RESOURCE_EXHAUSTED",
];
const DEADLINE_MS = 5_000;
const PAUSE_MS = 20;
const STREAM_BATCH = 20;

/**
 * Sends activations at a steady, modest rate until it is stopped: `callers` with unary calls, `streams` with batches on a
 * stream each. Every call has an id and the ordinary retry (full jitter, for up to `patienceMs`). `connect` makes one client
 * for each of them.
 */
export async function startSteadyLoad(options: {
  connect: () => Client;
  callers?: number;
  streams?: number;
  patienceMs?: number;
}): Promise<{ stop(): Promise<LoadReport>; report(): LoadReport }> {
  const { connect, callers = 6, streams = 2, patienceMs = 60_000 } = options;
  const report: LoadReport = { calls: 0, retried: 0, refusals: {}, failed: [], acknowledged: [] };
  let isStopped = false;
  const clients: Client[] = [];
  const newClient = () => {
    const client = connect();
    clients.push(client);
    return client;
  };
  const runId = await register(newClient(), patienceMs);

  const work = [
    ...Array.from({ length: callers }, () => callOneByOne(newClient())),
    ...Array.from({ length: streams }, () => sendOnStream(newClient())),
  ];

  async function callOneByOne(client: Client): Promise<void> {
    const call = createCaller(client);
    while (!isStopped) {
      const activation = newActivation(runId);
      await withRetry([activation.activation_id], () =>
        call.fire(activation, { deadline: Date.now() + DEADLINE_MS }),
      );
      await wait(PAUSE_MS);
    }
  }

  async function sendOnStream(client: Client): Promise<void> {
    let stream = openStream(client);
    let batchNo = 0;
    while (!isStopped) {
      batchNo += 1;
      const activations = Array.from({ length: STREAM_BATCH }, () => newActivation(runId));
      const ids = activations.map(({ activation_id }) => activation_id);
      await withRetry(ids, async () => {
        if (stream.hasEnded) stream = openStream(client);
        const ack = await stream.send({ batch_no: batchNo, activations });
        const [bad] = ack.exceptions.filter(({ result }) => result?.error);
        if (bad) throw new Error(`an item was refused: ${bad.result?.error?.message}`);
      });
      await wait(PAUSE_MS);
    }
    stream.close();
  }

  async function withRetry(ids: string[], attempt: () => Promise<unknown>): Promise<void> {
    const deadline = performance.now() + patienceMs;
    for (let attempts = 1; ; attempts += 1) {
      try {
        await attempt();
        report.calls += 1;
        if (attempts > 1) report.retried += 1;
        report.acknowledged.push(...ids);
        return;
      } catch (error) {
        const code = error instanceof Refusal ? error.code : "";
        if (!isRetryable(error) || performance.now() > deadline) {
          report.calls += 1;
          report.failed.push(`${code} ${(error as Error).message} (attempt ${attempts})`);
          return;
        }
        report.refusals[code] = (report.refusals[code] ?? 0) + 1;
        await wait(Math.random() * Math.min(1_000, 50 * 2 ** attempts));
      }
    }
  }

  return {
    report: () => report,
    async stop() {
      isStopped = true;
      await Promise.all(work);
      for (const client of clients) client.close();
      return report;
    },
  };
}

/** A stream that Envoy had to break off ends with INTERNAL, and without the details of a defect of the server. */
function isRetryable(error: unknown): boolean {
  if (!(error instanceof Refusal)) return false;
  return RETRYABLE.includes(error.code) || (error.code === "INTERNAL" && !error.details);
}

async function register(client: Client, patienceMs: number): Promise<string> {
  const runId = v7();
  const deadline = performance.now() + patienceMs;
  for (;;) {
    try {
      const run = { system_id: greenhouse.systemId, run_id: runId, entities: greenhouse.entities };
      await createCaller(client).run(run, { deadline: Date.now() + DEADLINE_MS });
      return runId;
    } catch (error) {
      if (performance.now() > deadline) throw error;
      await wait(100);
    }
  }
}

function newActivation(runId: string) {
  const { systemId } = greenhouse;
  return { system_id: systemId, run_id: runId, entity: door, activation_id: v7() };
}

/** A stream with one batch under way at a time. */
function openStream(client: Client) {
  const call = client.stream_activations();
  let waiting: { resolve(ack: ActivationAckOutput): void; reject(error: Error): void } | undefined;
  let hasEnded = false;
  const end = (error: ServiceError) => {
    hasEnded = true;
    waiting?.reject(new Refusal(error));
  };
  call.on("data", (ack: ActivationAckOutput) => waiting?.resolve(ack));
  call.on("error", end);
  call.on("end", () => {
    if (!hasEnded) end(Object.assign(new Error(), unexpectedEnd));
  });
  return {
    get hasEnded() {
      return hasEnded;
    },
    send(batch: { batch_no: number; activations: object[] }): Promise<ActivationAckOutput> {
      return new Promise((resolve, reject) => {
        const timer = setTimeout(() => {
          call.cancel(); // ends the stream, and so this batch, with CANCELLED
        }, DEADLINE_MS);
        const settle = <T>(finish: (value: T) => void) => {
          return (value: T) => {
            clearTimeout(timer);
            waiting = undefined;
            finish(value);
          };
        };
        waiting = { resolve: settle(resolve), reject: settle(reject) };
        call.write(batch);
      });
    },
    close: () => call.end(),
  };
}

/** A stream that the server ended with OK, though the client had not. */
const unexpectedEnd = {
  code: status.UNAVAILABLE,
  details: "the stream has ended",
  metadata: new Metadata(),
};
