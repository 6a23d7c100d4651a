import { setTimeout as wait } from "node:timers/promises";
import { ask, type Door } from "./edge-calls.ts";

export type AskingReport = {
  asked: number;
  /** What came instead of 200, in words. */
  refused: string[];
};

const PAUSE_MS = 20;

/** Asks a web host for `path` at a steady, modest rate until it is stopped, as people without patience: nothing is asked twice. */
export function startSteadyAsking(
  door: Door,
  { host, path, askers = 4 }: { host: string; path: string; askers?: number },
): { stop(): Promise<AskingReport>; report(): AskingReport } {
  const report: AskingReport = { asked: 0, refused: [] };
  let isStopped = false;
  const work = Array.from({ length: askers }, askOneByOne);

  async function askOneByOne(): Promise<void> {
    while (!isStopped) {
      const refusal = await ask(door, { path }, { servername: host }).then(
        ({ status, text }) => (status === 200 ? undefined : `${status} ${text}`),
        String,
      );
      report.asked += 1;
      if (refusal !== undefined) report.refused.push(refusal);
      await wait(PAUSE_MS);
    }
  }

  return {
    report: () => report,
    async stop() {
      isStopped = true;
      await Promise.all(work);
      return report;
    },
  };
}
