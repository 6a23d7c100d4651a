import { type ActivationBatchResponseOutput, MainService } from "slimmer-grpc";
import type { BenchSystem } from "../systems.ts";
import { batchMessages } from "./messages.ts";
import { answerRequests, type Load, type Window } from "./protocol.ts";
import type { Wire, WireTarget } from "./wire.ts";
import { callUnary, openWires } from "./wires.ts";

export type BatchesSetup = WireTarget & {
  connections: number;
  /** Batches under way over all connections. */
  inFlight: number;
  batch: number;
  systems: readonly BenchSystem[];
};

/** Batches over `new_activations`, several under way at a time. */
async function batchesLoad(setup: BatchesSetup): Promise<Load> {
  const { connections, inFlight, batch, systems } = setup;
  const wires = await openWires(setup, connections);
  const { path, responseDeserialize } = MainService.new_activations;
  const source = batchMessages(systems, batch);
  let messages: readonly Buffer[] = [];

  return {
    refill(activations) {
      messages = source.refill(Math.ceil(activations / batch));
    },
    run(seconds) {
      return new Promise<Window>((resolve) => {
        let last: Buffer | undefined;
        let place = 0;
        let done = 0;
        let refused = 0;
        let sending = inFlight;
        const startedAt = performance.now();
        const endAt = startedAt + seconds * 1_000;

        function send(sender: number): void {
          const message = messages[place];
          if (!message || performance.now() >= endAt) {
            sending -= 1;
            if (sending === 0) finish();
            return;
          }
          place += 1;
          const wire = wires[sender % connections] as Wire;
          callUnary(wire, path, message, (answer) => {
            if (answer) done += batch;
            else refused += batch;
            last = answer ?? last;
            send(sender);
          });
        }

        function finish(): void {
          const elapsedMs = performance.now() - startedAt;
          // One answer stands for all: the rows are counted in the database afterwards.
          if (last) requireStored(responseDeserialize(last), batch);
          resolve({ done, refused, elapsedMs });
        }

        for (let sender = 0; sender < inFlight; sender++) send(sender);
      });
    },
  };
}

function requireStored({ results }: ActivationBatchResponseOutput, batch: number): void {
  const stored = results.filter(({ error, duplicate }) => !error && !duplicate).length;
  if (stored !== batch) throw new Error(`only ${stored} of ${batch} were stored`);
}

answerRequests(batchesLoad);
