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
import { encodeWatched } from "./feed-encoder.ts";
import { serverStream } from "./server-stream.ts";
import { unary } from "./unary.ts";

export type ReaderServiceOptions = {
  reader: Reader;
  feed: Pick<Feed, "watch">;
  exportActivations(
    request: ExportActivationsRequestOutput,
    signal: AbortSignal,
  ): AsyncIterable<ExportActivationsResponse>;
  drain: Drain;
  metrics: Metrics;
  log: Logger;
  nowMs(): number;
  /** How long who watches may leave a message unread, in milliseconds. Default 60 s. */
  unreadMs?: number;
};

const SERVICE = "slimmer_grpc.Reader";

/** `slimmer_grpc.Reader`: its definition, and what each method does. */
export function readerService(options: ReaderServiceOptions) {
  const { reader, feed, exportActivations, drain, metrics, log, nowMs, unreadMs } = options;
  const one = <Method extends keyof Reader>(method: Method) => {
    const meter = callMeter(metrics, SERVICE, method, "unary");
    type Request = Parameters<Reader[Method]>[0];
    const answer = reader[method] as (request: Request) => ReturnType<Reader[Method]>;
    return unary({ meter, log, nowMs }, (request: Request) => answer(request) as Promise<unknown>);
  };
  const stream = (method: string) => ({
    meter: callMeter(metrics, SERVICE, method, "server_stream"),
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
        stream("watch_activations"),
        (request, signal) => feed.watch(request, signal),
      ),
      export_activations: serverStream<ExportActivationsRequestOutput, ExportActivationsResponse>(
        stream("export_activations"),
        (request, signal) => inPieces(exportActivations(request, signal)),
      ),
    },
  };
}

/** Clients take messages of 4 MiB; a file ends a piece anywhere. */
const PIECE_BYTES = 1024 * 1024;

async function* inPieces(
  file: AsyncIterable<ExportActivationsResponse>,
): AsyncGenerator<ExportActivationsResponse> {
  let rowsBefore = 0;
  for await (const { data, rows = 0 } of file) {
    const bytes = data as Buffer;
    let start = 0;
    for (; bytes.length - start > PIECE_BYTES; start += PIECE_BYTES) {
      yield { data: bytes.subarray(start, start + PIECE_BYTES), rows: rowsBefore };
    }
    rowsBefore = Number(rows);
    yield { data: bytes.subarray(start), rows: rowsBefore };
  }
}
