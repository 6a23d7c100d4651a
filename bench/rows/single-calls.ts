import { fileURLToPath } from "node:url";
import type { Bed } from "../bed.ts";
import { type Generator, startGenerator } from "../load/generator.ts";
import type { UnarySetup } from "../load/unary.ts";
import type { BenchOptions } from "../options.ts";
import type { InsertPerCallSetup } from "../references/insert-per-call.ts";
import { type RateRow, rateRow } from "../results.ts";
import { measureRounds } from "../rounds.ts";
import { type Child, startChild } from "../support/child.ts";

/** Rows 1 and 2: one activation a call, against the cheapest call of the same server, and against an insert per call. */
export async function singleCalls(bed: Bed, options: BenchOptions): Promise<RateRow[]> {
  const { callers, connections } = options;
  const { grpc } = bed.server.addresses;
  const { systems } = bed;
  const open: { close(): Promise<unknown> }[] = [];

  async function generator(address: string, method: UnarySetup["method"]): Promise<Generator> {
    const setup: UnarySetup = { address, method, callers, connections, systems };
    const started = await startGenerator("unary", setup, method === "ping" ? 20_000 : 12_000);
    open.push(started);
    return started;
  }

  try {
    const reference = await bestReference(bed, generator, options);
    open.push({ close: () => reference.server.kill() });
    const samples = await measureRounds(
      bed,
      {
        new_activation: {
          generator: await generator(grpc, "new_activation"),
          serverPid: bed.server.pid,
          isCounted: true,
        },
        ping: {
          generator: await generator(grpc, "ping"),
          serverPid: bed.server.pid,
          isCounted: false,
        },
        "insert per call": {
          generator: reference.generator,
          serverPid: reference.server.pid,
          isCounted: false,
        },
      },
      options,
    );
    const ours = ["new_activation", samples.new_activation] as const;
    const insert = `insert per call, pool of ${reference.poolSize}`;
    const what = `durable new_activation, ${callers} callers`;
    return [
      rateRow(1, what, 0.75, ours, ["ping", samples.ping]),
      rateRow(2, what, 2, ours, [insert, samples["insert per call"]]),
    ];
  } finally {
    for (const one of open.reverse()) await one.close();
  }
}

type Reference = { server: Child; generator: Generator; poolSize: number };

const POOL_SIZES = [4, 10, 32];

/** The reference with the pool that suits it best here. */
async function bestReference(
  bed: Bed,
  generatorFor: (address: string, method: "new_activation") => Promise<Generator>,
  { seconds, say }: BenchOptions,
): Promise<Reference> {
  let best: (Reference & { rate: number }) | undefined;
  for (const poolSize of POOL_SIZES) {
    const { server, port } = await startReference(bed, poolSize);
    const generator = await generatorFor(`127.0.0.1:${port}`, "new_activation");
    const length = Math.min(1.5, seconds);
    await generator.refill(length);
    const { done, elapsedMs } = await generator.run(length);
    const rate = (done / elapsedMs) * 1_000;
    say(`reference with a pool of ${poolSize}  ${Math.round(rate)}/s`);
    const candidate = { server, generator, poolSize, rate };
    const loser = best && best.rate >= rate ? candidate : best;
    if (loser !== candidate) best = candidate;
    await loser?.generator.close();
    await loser?.server.kill();
  }
  return best as Reference;
}

async function startReference(
  bed: Bed,
  poolSize: number,
): Promise<{ server: Child; port: number }> {
  const file = fileURLToPath(new URL("../references/insert-per-call.js", import.meta.url));
  const server = startChild(file, []);
  const setup: InsertPerCallSetup = { url: bed.postgres.url, poolSize, systems: bed.systems };
  const port = await new Promise<number>((resolve, reject) => {
    server.process.once("message", (message: { port: number }) => resolve(message.port));
    void server.exited.then(() => reject(new Error(`the reference ended:\n${server.output()}`)));
    server.process.send(setup);
  });
  return { server, port };
}
