import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import pg from "pg";
import { from as copyFrom } from "pg-copy-streams";
import type { BenchSystem } from "../systems.ts";
import { PLACEHOLDER, patched } from "./messages.ts";
import { answerRequests, type Load } from "./protocol.ts";

export type CopySetup = {
  url: string;
  connections: number;
  /** Rows of one COPY, which is one transaction. */
  rows: number;
  systems: readonly BenchSystem[];
};

const COPY = `copy activations
  (system_no, seq, occurred_at, received_at, run_no, entity_no, flags, activation_id) from stdin`;

/** The fastest way into PostgreSQL: rows that need no look at any dictionary, and are never retried. */
async function copyLoad({ url, connections, rows, systems }: CopySetup): Promise<Load> {
  const clients = await Promise.all(
    Array.from({ length: connections }, async () => {
      const client = new pg.Client(url);
      await client.connect();
      return client;
    }),
  );
  const now = new Date().toISOString();
  let seq = 0;
  const source = patched(() => {
    let text = "";
    for (let row = 0; row < rows; row++) {
      seq += 1;
      const system = systems[seq % systems.length] as BenchSystem;
      const entityNo = ((seq * 7) % system.sensors) + 1;
      text += `${system.systemNo}\t${seq}\t${now}\t${now}\t${system.runNo}\t${entityNo}\t0\t${PLACEHOLDER}\n`;
    }
    return Buffer.from(text, "latin1");
  });
  let chunks: readonly Buffer[] = [];

  return {
    refill(activations) {
      chunks = source.refill(Math.ceil(activations / rows));
    },
    async run(seconds) {
      const startedAt = performance.now();
      const endAt = startedAt + seconds * 1_000;
      let place = 0;
      let done = 0;
      await Promise.all(
        clients.map(async (client) => {
          for (let chunk = chunks[place++]; chunk; chunk = chunks[place++]) {
            await pipeline(Readable.from([chunk]), client.query(copyFrom(COPY)));
            done += rows;
            if (performance.now() >= endAt) return;
          }
        }),
      );
      return { done, refused: 0, elapsedMs: performance.now() - startedAt };
    },
  };
}

answerRequests(copyLoad);
