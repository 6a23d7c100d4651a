import {
  Server,
  ServerCredentials,
  type ServerUnaryCall,
  type sendUnaryData,
  status,
} from "@grpc/grpc-js";
import {
  type ActivationBatchOutput,
  type ActivationOutput,
  MainService,
  type PingOutput,
  type SystemRunEndOutput,
  type SystemRunOutput,
} from "slimmer-grpc";
import { onTestFinished } from "vitest";

/** A server that keeps what it is told in memory, and has neither streams nor a database. */
export type RecordingServer = {
  readonly address: string;
  readonly pings: PingOutput[];
  readonly runs: SystemRunOutput[];
  readonly activations: ActivationOutput[];
  readonly ends: SystemRunEndOutput[];
  readonly tokens: (string | undefined)[];
};

type Options = {
  /** Whom it refuses, by the token that was sent. */
  refuses?: (token: string | undefined) => boolean;
  credentials?: ServerCredentials;
  port?: number;
  /** How far its clock is ahead. */
  aheadMs?: number;
};

/** Starts one for the running test. */
export async function startRecordingServer(options: Options = {}): Promise<RecordingServer> {
  const { refuses = () => false, credentials = ServerCredentials.createInsecure() } = options;
  const pings: PingOutput[] = [];
  const runs: SystemRunOutput[] = [];
  const activations: ActivationOutput[] = [];
  const ends: SystemRunEndOutput[] = [];
  const tokens: (string | undefined)[] = [];

  function answering<Request>(answer: (request: Request) => object) {
    return (call: ServerUnaryCall<Request, object>, callback: sendUnaryData<object>) => {
      const token = call.metadata.get("authorization")[0]?.toString();
      tokens.push(token);
      if (refuses(token)) callback({ code: status.UNAUTHENTICATED, details: "no such token" });
      else callback(null, answer(call.request));
    };
  }

  function store(activation: ActivationOutput): object {
    const { activation_id: id, entity, run_id: runId } = activation;
    const duplicate = activations.some((earlier) => earlier.activation_id === id);
    if (!duplicate) activations.push(activation);
    const run = runs.find((one) => one.run_id === runId);
    const unregistered = !run?.entities.some((one) => one.identity === entity?.identity);
    return { success: true, activation_id: id, duplicate, unregistered };
  }

  const nowSeconds = () => Math.floor((Date.now() + (options.aheadMs ?? 0)) / 1_000);
  const server = new Server();
  server.addService(MainService, {
    ping: answering((request: PingOutput) => {
      pings.push(request);
      const { message, system_id: system } = request;
      return system ? { message, server_time: { seconds: nowSeconds(), nanos: 0 } } : { message };
    }),
    new_system_run: answering((run: SystemRunOutput) => {
      if (!runs.some(({ run_id: id }) => id === run.run_id)) runs.push(run);
      return { run_id: run.run_id, server_time: { seconds: nowSeconds(), nanos: 0 } };
    }),
    new_activation: answering(store),
    new_activations: answering((batch: ActivationBatchOutput) => ({
      results: batch.activations.map((item) =>
        store({
          ...item,
          system_id: item.system_id || batch.system_id,
          run_id: item.run_id || batch.run_id,
        }),
      ),
    })),
    end_system_run: answering((end: SystemRunEndOutput) => {
      if (end.run_id) ends.push(end);
      return { already_ended: false };
    }),
  } as never);
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync(`127.0.0.1:${options.port ?? 0}`, credentials, (error, bound) =>
      error ? reject(error) : resolve(bound),
    );
  });
  onTestFinished(() => server.forceShutdown());
  return { address: `127.0.0.1:${port}`, pings, runs, activations, ends, tokens };
}
