import type { ServiceDefinition, UntypedServiceImplementation } from "@grpc/grpc-js";
import { ReflectionService } from "@grpc/reflection";
import { HealthImplementation } from "grpc-health-check";
import { packageDefinition } from "slimmer-grpc";
import type { Address } from "../config/kinds.ts";
import { LIMITS } from "../domain/limits.ts";
import { TimeoutError, within } from "../kit/within.ts";
import type { Drain } from "./activation-stream.ts";
import { tuneHttp2 } from "./http2-options.ts";
import { type OpenListener, openPlainListener } from "./listener.ts";

export type RpcServer = {
  readonly drain: Drain;
  add(service: { definition: ServiceDefinition; handlers: UntypedServiceImplementation }): void;
  /** What grpc.health.v1 answers for the services of slimmer and `readiness`. The server as a whole ("") serves until it drains. */
  setReady(isReady: boolean): void;
  /** Resolves with the port that is bound. Throws a sentence when the address is taken. */
  listen(address: Address): Promise<number>;
  /** Why nobody can connect, in words; undefined while somebody can. */
  readonly problem: string | undefined;
  /** NOT_SERVING → pause of `delayMs` → streams told, no new calls, running ones finished within `drainMs` → closed. */
  close(options: { delayMs: number; drainMs: number }): Promise<void>;
};

const READY_SERVICES = ["slimmer_grpc.Main", "slimmer_grpc.Reader", "readiness"];

/**
 * The gRPC server with health, reflection, limits and keepalive; what it serves is added to it. Its listener is a plain
 * one unless `openListener` brings another.
 */
export function createRpcServer(options: {
  maxStreams: number;
  reflection: boolean;
  openListener?: OpenListener;
}): RpcServer {
  const { openListener = openPlainListener } = options;
  const listener = openListener({
    "grpc.max_receive_message_length": LIMITS.maxMessageBytes,
    "grpc.max_concurrent_streams": options.maxStreams,
    // A peer that vanished without a word is noticed within 80 s.
    "grpc.keepalive_time_ms": 60_000,
    "grpc.keepalive_timeout_ms": 20_000,
    // Costs memory and time per call, and has a history of leaks.
    "grpc.enable_channelz": 0,
  });
  const { server } = listener;
  tuneHttp2(server);
  const health = new HealthImplementation({ "": "SERVING" });
  for (const name of READY_SERVICES) health.setStatus(name, "NOT_SERVING");
  health.addToServer(server as never);
  if (options.reflection) new ReflectionService(packageDefinition).addToServer(server);
  const { drain, begin } = createDrain();
  let wasServing = false;

  return {
    drain,
    add: ({ definition, handlers }) => server.addService(definition, handlers),
    setReady(isReady) {
      const isServing = isReady && !drain.isDraining;
      // Whoever watches is told of changes only.
      if (isServing === wasServing) return;
      wasServing = isServing;
      for (const name of READY_SERVICES)
        health.setStatus(name, isServing ? "SERVING" : "NOT_SERVING");
    },
    get problem() {
      return listener.problem;
    },
    listen: (address) => listener.listen(address),
    async close({ delayMs, drainMs }) {
      for (const name of ["", ...READY_SERVICES]) health.setStatus(name, "NOT_SERVING");
      if (delayMs > 0) await new Promise((resolve) => setTimeout(resolve, delayMs));
      begin();
      try {
        await within(drainMs, "finishing the running calls", listener.finish());
      } catch (error) {
        if (!(error instanceof TimeoutError)) throw error;
      }
      listener.close();
    },
  };
}

function createDrain(): { drain: Drain; begin(): void } {
  const listeners = new Set<() => void>();
  let isDraining = false;
  return {
    drain: {
      get isDraining() {
        return isDraining;
      },
      onDrain(listener) {
        if (isDraining) queueMicrotask(listener);
        else listeners.add(listener);
        return () => listeners.delete(listener);
      },
    },
    begin() {
      isDraining = true;
      for (const listener of listeners) listener();
      listeners.clear();
    },
  };
}
