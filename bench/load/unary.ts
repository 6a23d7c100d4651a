import { MainService } from "slimmer-grpc";
import type { BenchSystem } from "../systems.ts";
import { singleMessages } from "./messages.ts";
import { answerRequests, type Load, type Window } from "./protocol.ts";
import type { Wire, WireTarget } from "./wire.ts";
import { callUnary, openWires } from "./wires.ts";

export type UnarySetup = WireTarget & {
  method: "new_activation" | "ping";
  callers: number;
  connections: number;
  systems: readonly BenchSystem[];
};

/** Callers that each wait for their answer before they call again. */
async function unaryLoad(setup: UnarySetup): Promise<Load> {
  const { method, callers, connections, systems } = setup;
  const wires = await openWires(setup, connections);
  const { path } = MainService[method];
  const activations = singleMessages(systems);
  const ping = MainService.ping.requestSerialize({ message: "ping" });
  let messages: readonly Buffer[] = [];

  return {
    refill(count) {
      messages =
        method === "ping" ? new Array<Buffer>(count).fill(ping) : activations.refill(count);
    },
    run(seconds) {
      return new Promise<Window>((resolve) => {
        const latencies: number[] = [];
        let place = 0;
        let refused = 0;
        let calling = callers;
        const startedAt = performance.now();
        const endAt = startedAt + seconds * 1_000;

        function call(caller: number): void {
          const message = messages[place];
          const sentAt = performance.now();
          if (!message || sentAt >= endAt) {
            calling -= 1;
            if (calling === 0) finish();
            return;
          }
          place += 1;
          const wire = wires[caller % connections] as Wire;
          callUnary(wire, path, message, (answer) => {
            if (!answer) refused += 1;
            else latencies.push(performance.now() - sentAt);
            call(caller);
          });
        }

        function finish(): void {
          const elapsedMs = performance.now() - startedAt;
          latencies.sort((a, b) => a - b);
          const at = (share: number) => latencies[Math.floor(latencies.length * share)] ?? 0;
          const latency = { p50Ms: at(0.5), p99Ms: at(0.99) };
          resolve({ done: latencies.length, refused, elapsedMs, latency });
        }

        for (let caller = 0; caller < callers; caller++) call(caller);
      });
    },
  };
}

answerRequests(unaryLoad);
