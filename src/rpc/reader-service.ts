import {
  type ExportActivationsRequestOutput,
  type ExportActivationsResponse,
  ReaderService,
  type WatchActivationsRequestOutput,
} from "slimmer-grpc";
import type { Feed } from "../reading/feed/feed.ts";
import type { Watched } from "../reading/feed/watch.ts";
import type { Reader } from "../reading/reader.ts";
import type { Logger } from "../telemetry/logger.ts";
import type { Metrics } from "../telemetry/metrics.ts";
import type { Drain } from "./activation-stream.ts";
import { callMeter } from "./call-meter.ts";
import { tolerant } from "./definition.ts";
import { boundedExports, type ExportSource } from "./export-stream.ts";
import { encodeWatched } from "./feed-encoder.ts";
import { serverStream, type Unread } from "./server-stream.ts";
import { unary } from "./unary.ts";

export type ReaderServiceOptions = {
  reader: Reader;
  feed: Pick<Feed, "watch">;
  exportActivations: ExportSource;
  /** How many exports may be open. Default 8. */
  maxExports?: number;
  drain: Drain;
  metrics: Metrics;
  log: Logger;
  nowMs(): number;
  /** How long a client may leave a message of a stream unread, in milliseconds. Default 60 s. */
  unreadMs?: number;
};

const SERVICE = "slimmer_grpc.Reader";

/** `slimmer_grpc.Reader`: its definition, and what each method does. */
export function readerService(options: ReaderServiceOptions) {
  const { reader, feed, drain, metrics, log, nowMs, unreadMs } = options;
  const exportActivations = boundedExports(options.exportActivations, options.maxExports);
  const one = <Method extends keyof Reader>(method: Method) => {
    const meter = callMeter(metrics, SERVICE, method, "unary");
    type Request = Parameters<Reader[Method]>[0];
    const answer = reader[method] as (request: Request) => ReturnType<Reader[Method]>;
    return unary({ meter, log, nowMs }, (request: Request) => answer(request) as Promise<unknown>);
  };
  const stream = (method: string, unread: Unread) => ({
    meter: callMeter(metrics, SERVICE, method, "server_stream"),
    unread,
    drain,
    log,
    ...(unreadMs === undefined ? {} : { unreadMs }),
  });

  return {
    definition: tolerant(ReaderService, { watch_activations: { encode: encodeWatched } }),
    handlers: {
      get_fleet: one("get_fleet"),
      list_systems: one("list_systems"),
      get_system: one("get_system"),
      list_runs: one("list_runs"),
      get_run: one("get_run"),
      get_run_coverage: one("get_run_coverage"),
      list_sensors: one("list_sensors"),
      get_sensor: one("get_sensor"),
      get_rhythm: one("get_rhythm"),
      list_activations: one("list_activations"),
      get_activation: one("get_activation"),
      count_activations: one("count_activations"),
      search: one("search"),
      get_storage: one("get_storage"),
      watch_activations: serverStream<WatchActivationsRequestOutput, Watched>(
        stream("watch_activations", {
          reason: "WATCH_UNREAD",
          advice: "go on from the last cursor",
        }),
        (request, signal) => feed.watch(request, signal),
      ),
      export_activations: serverStream<ExportActivationsRequestOutput, ExportActivationsResponse>(
        stream("export_activations", {
          reason: "EXPORT_UNREAD",
          advice: "what it has is not the whole file, so begin anew",
        }),
        exportActivations,
      ),
    },
  };
}
