import { setTimeout as pause } from "node:timers/promises";
import { credentials, MainClient } from "slimmer-grpc";
import { v7 } from "uuid";
import { createCaller, type Refusal } from "../support/caller.ts";
import { door, greenhouse } from "../support/cast.ts";

export type BatchLoad = {
  /** The ids of all that was acknowledged so far. */
  readonly acknowledged: string[];
  /** Why attempts had to be repeated, in the order of it. */
  readonly repeated: string[];
  /** What no repetition could mend. */
  readonly failed: string[];
  stop(): Promise<void>;
};

const CALLERS = 6;
const BATCH = 5;
const PAUSE_MS = 15;
const ATTEMPTS = 30;

/**
 * Batches by unary calls, from several callers that share one bare client. A batch that was answered with UNAVAILABLE is
 * sent again with the same ids; nothing else is.
 */
export async function startBatchLoad(target: string): Promise<BatchLoad> {
  const client = new MainClient(target, credentials.createInsecure());
  const call = createCaller(client);
  const load = { acknowledged: [] as string[], repeated: [] as string[], failed: [] as string[] };
  const system_id = greenhouse.systemId;
  const { run_id } = await call.run({ system_id, entities: greenhouse.entities });
  let isStopped = false;

  async function send(): Promise<void> {
    const ids = Array.from({ length: BATCH }, () => v7());
    const activations = ids.map((activation_id) => ({ entity: door, activation_id }));
    for (let attempt = 1; ; attempt += 1) {
      try {
        const { results } = await call.fireMany({ system_id, run_id, activations });
        const wrong = results.find(({ error }) => error);
        if (wrong) load.failed.push(String(wrong.error?.message));
        else load.acknowledged.push(...ids);
        return;
      } catch (error) {
        const { code, message } = error as Refusal;
        if (code !== "UNAVAILABLE" || attempt === ATTEMPTS) {
          load.failed.push(`${code} ${message} (attempt ${attempt})`);
          return;
        }
        load.repeated.push(message);
        await pause(Math.random() * Math.min(500, 25 * 2 ** attempt));
      }
    }
  }

  async function sendOneByOne(): Promise<void> {
    while (!isStopped) {
      await send();
      await pause(PAUSE_MS);
    }
  }
  const work = Array.from({ length: CALLERS }, sendOneByOne);

  return Object.assign(load, {
    async stop() {
      isStopped = true;
      await Promise.all(work);
      client.close();
    },
  });
}
