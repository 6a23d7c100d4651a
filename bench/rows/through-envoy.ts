import type { Bed } from "../bed.ts";
import { type Generator, startGenerator } from "../load/generator.ts";
import type { WireTarget } from "../load/wire.ts";
import type { BenchOptions } from "../options.ts";
import { type RateRow, rateRow } from "../results.ts";
import { type Contestant, measureRounds } from "../rounds.ts";
import type { Edge } from "../support/edge.ts";

const IN_FLIGHT = 16;
const STREAMS = 4;
/** Messages under way on one stream. */
const WINDOW = 6;

/** Row 6: the loads of rows 1 and 3 through Envoy with TLS, each against the same load straight to the server. */
export async function throughEnvoy(
  bed: Bed,
  startEdge: () => Promise<Edge>,
  options: BenchOptions,
): Promise<RateRow[]> {
  const { batch, callers, connections } = options;
  const { systems, server } = bed;
  const open: Generator[] = [];
  const edge = await startEdge();

  async function contestant(
    load: (target: WireTarget) => Promise<Generator>,
    envoyPid?: number,
  ): Promise<Contestant> {
    const generator = await load(envoyPid ? edge.target : { address: server.addresses.grpc });
    open.push(generator);
    return { generator, serverPid: server.pid, ...(envoyPid && { envoyPid }), isCounted: true };
  }
  const single = (target: WireTarget) => {
    const setup = { ...target, method: "new_activation", callers, connections, systems };
    return startGenerator("unary", setup, 12_000);
  };
  const batches = (target: WireTarget) => {
    const setup = { ...target, connections, inFlight: IN_FLIGHT, batch, systems };
    return startGenerator("batches", setup, 60_000);
  };
  const streams = (target: WireTarget) => {
    const setup = { ...target, streams: STREAMS, window: WINDOW, batch, systems };
    return startGenerator("streams", setup, 60_000);
  };

  try {
    const samples = await measureRounds(
      bed,
      {
        "new_activation through Envoy": await contestant(single, edge.envoyPid),
        new_activation: await contestant(single),
        "new_activations through Envoy": await contestant(batches, edge.envoyPid),
        new_activations: await contestant(batches),
        "stream_activations through Envoy": await contestant(streams, edge.envoyPid),
        stream_activations: await contestant(streams),
      },
      options,
    );
    const row = (
      what: string,
      goal: number,
      method: "new_activation" | "new_activations" | "stream_activations",
    ) => {
      const through = `${method} through Envoy` as const;
      const measured = [through, samples[through]] as const;
      return rateRow(6, `${what} through Envoy`, goal, measured, [
        `${method} direct`,
        samples[method],
      ]);
    };
    return [
      row(`durable new_activation, ${callers} callers,`, 0.6, "new_activation"),
      row(`unary batches of ${batch}`, 0.8, "new_activations"),
      row(`streamed batches of ${batch}`, 0.8, "stream_activations"),
    ];
  } finally {
    for (const generator of open) await generator.close();
    await edge.stop();
  }
}
