import { status } from "@grpc/grpc-js";
import type { Metrics } from "../telemetry/metrics.ts";

export type CallMeter = {
  /** Counts the begin of a call; the function it returns counts its end. */
  begin(): (code: number) => void;
  received(): void;
  sent(): void;
};

const CODE_NAMES: Record<number, string> = Object.fromEntries(
  Object.entries(status)
    .filter((entry): entry is [string, status] => typeof entry[1] === "number")
    // go-grpc-prometheus writes OK, InvalidArgument, …
    .map(([name, code]) => [code, name === "OK" ? name : pascal(name)]),
);

/** The go-grpc-prometheus metrics of one method. */
export function callMeter(
  metrics: Metrics,
  grpc_service: string,
  grpc_method: string,
  grpc_type: "unary" | "server_stream" | "bidi_stream",
): CallMeter {
  const labels = { grpc_type, grpc_service, grpc_method };
  const started = metrics.rpcStarted.labels(labels);
  const handling = metrics.rpcHandling.labels(labels);
  const received = metrics.streamMessagesReceived.labels(labels);
  const sent = metrics.streamMessagesSent.labels(labels);
  const byCode = new Map<number, { inc(): void }>();

  function handled(code: number): { inc(): void } {
    let counter = byCode.get(code);
    if (!counter) {
      counter = metrics.rpcHandled.labels({ ...labels, grpc_code: CODE_NAMES[code] ?? "Unknown" });
      byCode.set(code, counter);
    }
    return counter;
  }

  return {
    begin() {
      started.inc();
      const startedAt = performance.now();
      return (code) => {
        handled(code).inc();
        handling.observe((performance.now() - startedAt) / 1_000);
      };
    },
    received: () => received.inc(),
    sent: () => sent.inc(),
  };
}

function pascal(name: string): string {
  return name
    .split("_")
    .map((word) => word.charAt(0) + word.slice(1).toLowerCase())
    .join("");
}
