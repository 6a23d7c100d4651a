import { MainService } from "slimmer-grpc";
import type { BenchSystem } from "../systems.ts";
import { batchMessages, type Messages } from "./messages.ts";
import { answerRequests, type Load, type Window } from "./protocol.ts";
import type { Wire, WireTarget } from "./wire.ts";
import { openWires } from "./wires.ts";

export type StreamsSetup = WireTarget & {
  /** Each with a connection of its own. */
  streams: number;
  /** Messages under way on one stream. */
  window: number;
  /** Activations in one message. */
  batch: number;
  systems: readonly BenchSystem[];
};

/** Messages over `stream_activations`; a window ends with a half-close and the last acknowledgement. */
async function streamsLoad(setup: StreamsSetup): Promise<Load> {
  const { streams, window, batch, systems } = setup;
  const wires = await openWires(setup, streams);
  const { path } = MainService.stream_activations;
  const source: Messages = batchMessages(systems, batch);
  let messages: readonly Buffer[] = [];

  return {
    refill(activations) {
      messages = source.refill(Math.ceil(activations / batch));
    },
    async run(seconds) {
      const startedAt = performance.now();
      const endAt = startedAt + seconds * 1_000;
      let place = 0;
      const next = () => (performance.now() < endAt ? messages[place++] : undefined);
      const acknowledged = await Promise.all(
        wires.map((wire) => converse(wire, path, window, next)),
      );
      const done = batch * acknowledged.reduce((sum, count) => sum + count, 0);
      return { done, refused: 0, elapsedMs: performance.now() - startedAt } satisfies Window;
    },
  };
}

/** Keeps `window` messages under way on one stream; resolves with the number of acknowledgements. */
function converse(
  wire: Wire,
  path: string,
  window: number,
  next: () => Buffer | undefined,
): Promise<number> {
  return new Promise((resolve) => {
    let acknowledged = 0;
    let isEnding = false;
    const call = wire.open(path, {
      message() {
        acknowledged += 1;
        send();
      },
      end: () => resolve(acknowledged),
    });

    function send(): void {
      if (isEnding) return;
      const message = next();
      if (message) call.send(message, false);
      else {
        isEnding = true;
        call.finish();
      }
    }

    for (let count = 0; count < window; count++) send();
  });
}

answerRequests(streamsLoad);
