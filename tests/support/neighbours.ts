import { onTestFinished } from "vitest";
import { createCaller, type Refusal } from "./caller.ts";
import { type Door, openClient } from "./edge-calls.ts";

/** Well-behaved clients that call all the time, while a test does something else. */
export type Neighbours = {
  /** Ends them; says how often they were answered, and the codes of what was not. */
  stop(): Promise<{ answered: number; failed: string[] }>;
};

/** Each has a connection of its own, so that they meet every worker of Envoy. */
export function startNeighbours(door: Door, { count = 4, retry = false } = {}): Neighbours {
  let isStopped = false;
  let answered = 0;
  const failed: string[] = [];
  const clients = Array.from({ length: count }, () => openClient(door));
  const work = clients.map(async (client) => {
    const call = createCaller(client);
    while (!isStopped || answered < count) {
      try {
        await call.ping({ message: "neighbour" }, { deadline: Date.now() + 5_000 });
        answered += 1;
      } catch (error) {
        const { code, message } = error as Refusal;
        if (!retry || code !== "UNAVAILABLE") failed.push(`${code}: ${message}`);
        if (failed.length > 100) return;
      }
    }
  });
  const stop = async () => {
    isStopped = true;
    await Promise.all(work);
    for (const client of clients) client.close();
    return { answered, failed };
  };
  onTestFinished(async () => void (await stop()));
  return { stop };
}
