import { openSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { type Client, ClientError, type ClientOptions, getClient, type Run } from "slimmer-client";
import { createRandom } from "../support/random.ts";
import { type JournalEntry, note } from "./client-journal.ts";
import {
  type ClientRequest,
  type ClientSetup,
  type ClientWord,
  sensorOf,
} from "./client-protocol.ts";
import { trueNowMs } from "./stepped-clock.ts";

const START_AGAIN_MS = 50;

/** Fires at random moments until it is told to finish, or killed, and keeps a journal of it. */
async function main(setup: ClientSetup): Promise<void> {
  let isFinishing: ClientRequest | undefined;
  process.on("message", (message: ClientRequest | { kind: string }) => {
    if (message.kind === "finish") isFinishing = message as ClientRequest;
  });
  const journal = openSync(setup.journal, "a");
  const write = (entry: JournalEntry) => note(journal, entry);
  const client = await startClient(setup.client, write);
  listen(client, write);
  const sensors = Array.from({ length: setup.sensors }, (_, number) => sensorOf(number));
  const run = client.run(sensors, { labels: { life: String(setup.life) } });
  write({ kind: "run", runId: run.id, life: setup.life });

  const random = createRandom(setup.seed);
  let pending = 0;
  while (!isFinishing) {
    for (let burst = burstOf(random.next()); burst > 0; burst--) {
      pending += 1;
      fire(random.between(0, sensors.length - 1), client, run, write).finally(() => {
        pending -= 1;
      });
    }
    await pause(random.between(1, 40));
  }

  let problem: string | undefined;
  try {
    await client.flush({ timeoutMs: isFinishing.timeoutMs });
    await run.end("the torture is over");
  } catch (error) {
    problem = (error as Error).message;
  }
  const { waiting } = client.stats();
  const open = pending;
  await client.close();
  tell({ kind: "finished", problem, pending: open, waiting });
}

/** Mostly one, seldom very many. */
function burstOf(dice: number): number {
  if (dice < 0.003) return 400;
  if (dice < 0.03) return 40;
  return dice < 0.3 ? 4 : 1;
}

function fire(
  sensor: number,
  client: Client,
  run: Run,
  write: (entry: JournalEntry) => void,
): Promise<unknown> {
  const knewTime = client.stats().clockSkewMs !== undefined;
  const trueMs = trueNowMs();
  const firing = run.fire(sensorOf(sensor));
  const { activationId: id, seq, savedTo } = firing;
  write({ kind: "fired", id, runId: run.id, seq, sensor, trueMs, savedTo, knewTime });
  return firing.catch(() => {});
}

/** As a supervisor would: again and again. A client that can't start while the disk is full must start once it is not. */
async function startClient(
  options: ClientOptions,
  write: (entry: JournalEntry) => void,
): Promise<Client> {
  for (;;) {
    try {
      return await getClient(options);
    } catch (error) {
      const code = error instanceof ClientError ? error.code : "no ClientError";
      write({ kind: "start failed", code, message: (error as Error).message });
    }
    await pause(START_AGAIN_MS);
  }
}

function listen(client: Client, write: (entry: JournalEntry) => void): void {
  client.on("delivered", ({ deliveries }) => {
    const ids = deliveries.map(({ activationId }) => activationId);
    const duplicates = deliveries.filter(({ duplicate }) => duplicate).length;
    write({ kind: "delivered", ids, duplicates });
    tell({ kind: "delivered", count: ids.length });
  });
  client.on("dropped", ({ cause, count }) => write({ kind: "dropped", cause, count }));
  client.on("refused", ({ activationId: id, status, reason, message }) =>
    write({ kind: "refused", id, status, reason, message }),
  );
  client.on("retried", ({ status, reason }) =>
    write({ kind: "retried", name: reason ? `${status} ${reason}` : status }),
  );
  client.on("problem", ({ what, message }) => write({ kind: "problem", what, message }));
}

function tell(word: ClientWord): void {
  process.send?.(word, undefined, undefined, () => {});
}

process.once("disconnect", () => process.exit(0));
await main(JSON.parse(process.argv[2] ?? ""));
process.disconnect?.();
