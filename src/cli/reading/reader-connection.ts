import type { ServiceError } from "@grpc/grpc-js";
import {
  type GetRunRequest,
  type GetSensorRequest,
  type GetSystemRequest,
  type ListActivationsRequest,
  type ListActivationsResponseOutput,
  type ListRunsRequest,
  type ListRunsResponseOutput,
  type ListSensorsRequest,
  type ListSensorsResponseOutput,
  type ListSystemsRequest,
  type ListSystemsResponseOutput,
  type Metadata,
  ReaderClient,
  type ReaderClientInstance,
  type RhythmOutput,
  type RunCoverageOutput,
  type SensorOutput,
  type SystemOutput,
} from "slimmer-grpc";
import type { Connection } from "../connection/connection-options.ts";
import { channelOf } from "../connection/server-connection.ts";
import { awaitAnswer } from "./readiness.ts";

type Calls = {
  list_systems: { request: ListSystemsRequest; response: ListSystemsResponseOutput };
  get_system: { request: GetSystemRequest; response: SystemOutput };
  list_runs: { request: ListRunsRequest; response: ListRunsResponseOutput };
  get_run_coverage: { request: GetRunRequest; response: RunCoverageOutput };
  list_sensors: { request: ListSensorsRequest; response: ListSensorsResponseOutput };
  get_sensor: { request: GetSensorRequest; response: SensorOutput };
  get_rhythm: { request: GetSensorRequest; response: RhythmOutput };
  list_activations: { request: ListActivationsRequest; response: ListActivationsResponseOutput };
};

export type ReaderConnection = {
  readonly address: string;
  /** Rejects with the ServiceError of grpc-js, also when the timeout of one call is over. */
  call<Name extends keyof Calls>(
    name: Name,
    request: Calls[Name]["request"],
  ): Promise<Calls[Name]["response"]>;
  /** For what comes in streams. */
  readonly client: ReaderClientInstance;
  metadata(): Metadata;
  /** Before a stream is begun: resolves once a call would be answered, or refused; rejects with Unanswered. */
  ready(signal: AbortSignal): Promise<void>;
  close(): void;
};

/** Finds a server that has gone without a word (a cable, a sleeping laptop), which streams would wait for. */
const KEEPALIVE = { "grpc.keepalive_time_ms": 30_000, "grpc.keepalive_timeout_ms": 10_000 };
/** A page of 1,000 activations with 16 KiB of attributes each is larger than the default of 4 MiB. */
const LARGE = { "grpc.max_receive_message_length": 64 * 1_024 * 1_024 };
/** A server that is back had better be found soon; the waits of `watch` are longer than this. */
const RECONNECT = {
  "grpc.initial_reconnect_backoff_ms": 100,
  "grpc.max_reconnect_backoff_ms": 1_000,
};

/** Connects with the first call. Throws an error of usage that names every wrong option. */
export function connectToReader(connection: Connection): ReaderConnection {
  const { address, credentials, options, metadata } = channelOf(connection);
  const client = new ReaderClient(address, credentials, {
    ...KEEPALIVE,
    ...LARGE,
    ...RECONNECT,
    ...options,
  });
  return {
    address,
    client,
    metadata,
    ready: (signal) => awaitAnswer(client, connection, signal),
    call: <Name extends keyof Calls>(name: Name, request: Calls[Name]["request"]) =>
      new Promise<Calls[Name]["response"]>((resolve, reject) => {
        const method = client[name] as (
          request: Calls[Name]["request"],
          metadata: Metadata,
          options: { deadline: number },
          callback: (error: ServiceError | null, response: unknown) => void,
        ) => void;
        const deadline = Date.now() + connection.timeoutMs;
        method.call(client, request, metadata(), { deadline }, (error, response) =>
          error ? reject(error) : resolve(response as Calls[Name]["response"]),
        );
      }),
    close: () => client.close(),
  };
}
