import { setTimeout as pause } from "node:timers/promises";
import {
  Metadata,
  Server,
  ServerCredentials,
  type ServerDuplexStream,
  type ServerUnaryCall,
  type sendUnaryData,
  status,
} from "@grpc/grpc-js";
import {
  type ActivationBatchOutput,
  type ActivationOutput,
  type ActivationResult,
  encodeStatusDetails,
  type ItemError,
  MainService,
  type PingOutput,
  type SystemRunEndOutput,
  type SystemRunOutput,
} from "slimmer-grpc";
import { onTestFinished } from "vitest";

const METHODS = [
  "ping",
  "new_system_run",
  "end_system_run",
  "new_activation",
  "new_activations",
  "stream_activations",
] as const;

export type Method = (typeof METHODS)[number];
export type Call = {
  readonly method: Method;
  // biome-ignore lint/suspicious/noExplicitAny: each method has its own request
  readonly request: any;
  readonly metadata: Metadata;
  /** The other end of its connection. */
  readonly peer: string;
  readonly atMs: number;
};

export type Stored = {
  readonly systemId: string;
  readonly runId: string;
  readonly seq: number;
  readonly identity: string;
};

/** `slimmer_grpc.Main` over a Map, for the running test, which says where it goes wrong. */
export type ScriptedMain = {
  readonly address: string;
  /** Every call, and every batch of a stream, in the order of their coming. */
  readonly calls: readonly Call[];
  callsOf(method: Method): Call[];
  /** Streams that were opened. */
  readonly streams: number;
  /** What is stored by its id, in the order of the storing. */
  readonly stored: ReadonlyMap<string, Stored>;
  readonly runs: Map<string, { hasEnded: boolean }>;
  /** The most calls or batches with activations that were under way at once. */
  readonly mostUnderWay: number;
  /** Methods that it does not know. */
  readonly unknown: Set<Method>;
  /** Asked before each call or batch; what it throws is the answer, and what it waits for comes first. */
  before: (call: Call) => unknown;
  /** Asked for each activation; what it gives is the error of that item. */
  errorOf: (activation: ActivationOutput, runId: string) => ItemError | undefined;
  /** The id that a run gets. A server of 2018 makes its own. */
  runIdFor: (request: SystemRunOutput) => string;
  /** Ends every stream with this status. */
  endStreams(error: object): void;
  /** No new calls; those under way are finished. */
  shutDown(): Promise<void>;
  /** Dies as a killed process does. */
  kill(): void;
  /** Listens again, at the same port. */
  listen(): Promise<void>;
};

/** `address` is taken over from one that has gone. */
export async function startMain({
  serverCredentials = ServerCredentials.createInsecure(),
  address = "127.0.0.1:0",
}: {
  serverCredentials?: ServerCredentials;
  address?: string;
} = {}): Promise<ScriptedMain> {
  const calls: Call[] = [];
  const stored = new Map<string, Stored>();
  const runs = new Map<string, { hasEnded: boolean }>();
  const streams = new Set<ServerDuplexStream<ActivationBatchOutput, object>>();
  let opened = 0;
  let underWay = 0;
  let mostUnderWay = 0;
  let bound = address;
  let server: Server;

  const main: ScriptedMain = {
    get address() {
      return bound;
    },
    calls,
    callsOf: (method) => calls.filter((call) => call.method === method),
    get streams() {
      return opened;
    },
    stored,
    runs,
    get mostUnderWay() {
      return mostUnderWay;
    },
    unknown: new Set(),
    before: () => {},
    errorOf: () => undefined,
    runIdFor: ({ run_id }) => run_id,
    endStreams(error) {
      for (const call of streams) call.emit("error", error);
    },
    shutDown: () =>
      new Promise((resolve, reject) =>
        server.tryShutdown((error) => (error ? reject(error) : resolve())),
      ),
    kill: () => server.forceShutdown(),
    listen,
  };

  function take(activation: ActivationOutput, batch?: ActivationBatchOutput): ActivationResult {
    const systemId = activation.system_id || batch?.system_id || "";
    const runId = activation.run_id || batch?.run_id || "";
    const { activation_id, entity, seq } = activation;
    const error = runs.has(runId) ? main.errorOf(activation, runId) : unknownRun(runId);
    if (error) return { activation_id, error };
    const duplicate = stored.has(activation_id);
    if (!duplicate) {
      stored.set(activation_id, { systemId, runId, seq, identity: entity?.identity ?? "" });
    }
    return { activation_id, duplicate };
  }

  async function answer(call: Call, act: () => object): Promise<object> {
    calls.push(call);
    if (main.unknown.has(call.method))
      throw refusal("UNIMPLEMENTED", { message: "unknown method" });
    const isWork = /activation/.test(call.method);
    if (isWork) underWay += 1;
    mostUnderWay = Math.max(mostUnderWay, underWay);
    try {
      await main.before(call);
      return act();
    } finally {
      if (isWork) underWay -= 1;
    }
  }

  function unary<Request>(method: Method, act: (request: Request) => object) {
    return (call: ServerUnaryCall<Request, object>, callback: sendUnaryData<object>) => {
      const { request, metadata } = call;
      const facts = { method, request, metadata, peer: call.getPeer(), atMs: performance.now() };
      answer(facts, () => act(request)).then(
        (response) => callback(null, response),
        (error) => callback(error),
      );
    };
  }

  function stream(call: ServerDuplexStream<ActivationBatchOutput, object>): void {
    const { metadata } = call;
    const facts = { method: "stream_activations", metadata, peer: call.getPeer() } as const;
    let isOpen = true;
    let last: Promise<unknown> = Promise.resolve();
    opened += 1;
    streams.add(call);
    const fail = (error: object) => {
      if (!isOpen) return;
      isOpen = false;
      streams.delete(call);
      call.emit("error", error);
    };
    call.on("cancelled", () => {
      isOpen = false;
      streams.delete(call);
    });
    call.on("data", (request: ActivationBatchOutput) => {
      const work = answer({ ...facts, request, atMs: performance.now() }, () => {
        const results = request.activations.map((activation) => take(activation, request));
        return {
          batch_no: request.batch_no,
          stored: results.filter(({ error }) => !error).length,
          exceptions: results
            .map((result, index) => ({ index, result }))
            .filter(({ result }) => result.error || result.duplicate),
        };
      });
      // Acknowledged in the order of the batches.
      last = Promise.all([last, work]).then(([, ack]) => isOpen && call.write(ack), fail);
    });
    call.on("end", () =>
      last.then(() => {
        streams.delete(call);
        if (isOpen) call.end();
        isOpen = false;
      }),
    );
  }

  const handlers = {
    ping: unary<PingOutput>("ping", ({ message, system_id }) => ({
      message,
      ...(system_id ? { server_time: now() } : {}),
    })),
    new_system_run: unary<SystemRunOutput>("new_system_run", (request) => {
      const run_id = main.runIdFor(request);
      if (!runs.has(run_id)) runs.set(run_id, { hasEnded: false });
      return { run_id, server_time: now() };
    }),
    end_system_run: unary<SystemRunEndOutput>("end_system_run", ({ run_id }) => {
      const run = runs.get(run_id);
      if (!run) throw itemRefusal(unknownRun(run_id));
      run.hasEnded = true;
      return { server_time: now() };
    }),
    new_activation: unary<ActivationOutput>("new_activation", (activation) => {
      const { error, ...result } = take(activation);
      if (error) throw itemRefusal(error);
      return { success: true, ...result };
    }),
    new_activations: unary<ActivationBatchOutput>("new_activations", (batch) => ({
      results: batch.activations.map((activation) => take(activation, batch)),
    })),
    stream_activations: stream,
  };

  async function listen(): Promise<void> {
    server = new Server();
    server.addService(MainService, handlers as never);
    const port = await new Promise<number>((resolve, reject) =>
      server.bindAsync(bound, serverCredentials, (error, port) =>
        error ? reject(error) : resolve(port),
      ),
    );
    bound = `127.0.0.1:${port}`;
  }

  await listen();
  onTestFinished(() => server.forceShutdown());
  return main;
}

/** A status to throw; with a reason it is one of slimmer, without it is of something on the way. */
export function refusal(
  code: keyof typeof status,
  {
    message = `a ${code} of the test`,
    reason,
    retryAfterMs,
  }: { message?: string; reason?: string; retryAfterMs?: number } = {},
): Error {
  const metadata = new Metadata();
  if (reason !== undefined || retryAfterMs !== undefined) {
    const domain = reason === undefined ? undefined : "slimmer";
    const said = { code: status[code], message, reason, domain, metadata: {}, fields: [] };
    metadata.set("grpc-status-details-bin", encodeStatusDetails({ ...said, retryAfterMs }));
  }
  return Object.assign(new Error(message), { code: status[code], details: message, metadata });
}

/** An error of one item. */
export function itemError(
  code: keyof typeof status,
  reason: string,
  { retryable = false, message = `a ${code} of the test` } = {},
): ItemError {
  return { code: status[code], reason, message, retryable };
}

function itemRefusal({ code, reason, message }: ItemError): Error {
  const name = status[code ?? status.UNKNOWN] as keyof typeof status;
  return refusal(name, { ...(reason && { reason }), ...(message && { message }) });
}

function unknownRun(runId: string): ItemError {
  return itemError("FAILED_PRECONDITION", "RUN_UNKNOWN", { message: `no run ${runId}` });
}

function now() {
  const ms = Date.now();
  return { seconds: Math.floor(ms / 1_000), nanos: (ms % 1_000) * 1_000_000 };
}

/** What a slow server does before it answers. */
export function takes(ms: number): () => Promise<void> {
  return () => pause(ms);
}
