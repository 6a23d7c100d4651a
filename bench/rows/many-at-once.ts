import type { Bed } from "../bed.ts";
import type { BatchesSetup } from "../load/batches.ts";
import type { CopySetup } from "../load/copy.ts";
import { type Generator, type Kind, startGenerator } from "../load/generator.ts";
import type { StreamsSetup } from "../load/streams.ts";
import type { BenchOptions } from "../options.ts";
import { type RateRow, rateRow } from "../results.ts";
import { type Contestant, measureRounds } from "../rounds.ts";

const IN_FLIGHT = 16;
const STREAMS = 4;
/** Messages under way on one stream. */
const BATCH_WINDOW = 6;
const SINGLE_WINDOW = 200;
const COPY_CONNECTIONS = 2;
const COPY_ROWS = 5_000;

/** Rows 3 and 4: batches and streams against COPY, and streams of batches against streams of single activations. */
export async function manyAtOnce(bed: Bed, options: BenchOptions): Promise<RateRow[]> {
  const { batch, connections } = options;
  const address = bed.server.addresses.grpc;
  const { systems } = bed;
  const open: Generator[] = [];

  async function contestant(
    kind: Kind,
    setup: BatchesSetup | StreamsSetup | CopySetup,
    expected: number,
  ): Promise<Contestant> {
    const generator = await startGenerator(kind, setup, expected);
    open.push(generator);
    const serverPid = kind === "copy" ? undefined : bed.server.pid;
    return { generator, serverPid, isCounted: true };
  }

  const streams = { address, streams: STREAMS, systems };
  try {
    const samples = await measureRounds(
      bed,
      {
        new_activations: await contestant(
          "batches",
          { address, connections, inFlight: IN_FLIGHT, batch, systems },
          60_000,
        ),
        stream_activations: await contestant(
          "streams",
          { ...streams, window: BATCH_WINDOW, batch },
          60_000,
        ),
        COPY: await contestant(
          "copy",
          { url: bed.postgres.url, connections: COPY_CONNECTIONS, rows: COPY_ROWS, systems },
          150_000,
        ),
        "stream of single activations": await contestant(
          "streams",
          { ...streams, window: SINGLE_WINDOW, batch: 1 },
          20_000,
        ),
      },
      options,
    );
    const copy = ["COPY, 2 connections", samples.COPY] as const;
    const single = [
      "stream of single activations",
      samples["stream of single activations"],
    ] as const;
    const streamed = ["stream_activations", samples.stream_activations] as const;
    const batched = ["new_activations", samples.new_activations] as const;
    return [
      rateRow(3, `unary batches of ${batch}, end to end`, 0.25, batched, copy),
      rateRow(3, `streamed batches of ${batch}, end to end`, 0.25, streamed, copy),
      rateRow(4, `streamed batches of ${batch}`, 5, streamed, single),
    ];
  } finally {
    for (const generator of open) await generator.close();
  }
}
