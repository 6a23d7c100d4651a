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
  type ActivationAck,
  type ActivationBatchOutput,
  type ActivationOutput,
  type ActivationResult,
  encodeStatusDetails,
  MainService,
  type PingOutput,
  type SystemRunEndOutput,
  type SystemRunOutput,
} from "slimmer-grpc";
import { freePort } from "../../../bench/support/free-port.ts";

/** What is kept of an activation, which must be the same whenever it comes. */
export type Stored = {
  readonly systemId: string;
  readonly runId: string;
  readonly seq: number;
  readonly sensor: string;
  readonly occurredMs: number;
};

/** How a call goes wrong. */
export type Trouble = {
  readonly code:
    | "UNAVAILABLE"
    | "RESOURCE_EXHAUSTED"
    | "DEADLINE_EXCEEDED"
    | "ABORTED"
    | "CANCELLED";
  /** "after": what it brought is stored, and the answer says otherwise. "items": the call goes well, every other item of it does not. */
  readonly when: "before" | "after" | "items";
  readonly retryAfterMs: number | undefined;
};

/** The ingest of slimmer with a Map in the place of the database: fast, and as unreliable as it is told to be. */
export type IngestStandIn = {
  readonly port: number;
  readonly stored: ReadonlyMap<string, Stored>;
  /** Runs with how they ended. */
  readonly runs: ReadonlyMap<string, { ended: boolean }>;
  /** What no client may do. */
  readonly problems: readonly string[];
  /** The next calls of any kind go wrong like this. */
  trouble(calls: readonly Trouble[]): void;
  /** It has never heard of any run. */
  forgetRuns(): void;
  /** Dies as a killed process does, and comes back on another port, with all that was stored. */
  restart(): Promise<void>;
  stop(): void;
};

type Call = ServerUnaryCall<unknown, object> | ServerDuplexStream<unknown, object>;

export async function startIngestStandIn(): Promise<IngestStandIn> {
  const stored = new Map<string, Stored>();
  const runs = new Map<string, { ended: boolean }>();
  const problems: string[] = [];
  let troubles: Trouble[] = [];
  let server = new Server();
  let port = 0;

  function refusal({ code, retryAfterMs }: Trouble) {
    return refusalOf(code, `a ${code} of the test`, undefined, retryAfterMs);
  }

  function take(activation: ActivationOutput, batch?: ActivationBatchOutput): ActivationResult {
    const system = activation.system_id || batch?.system_id || "";
    const run = activation.run_id || batch?.run_id || "";
    const { activation_id: id } = activation;
    if (!runs.has(run)) {
      const message = `no run ${run}`;
      const code = status.FAILED_PRECONDITION;
      return { activation_id: id, error: { code, reason: "RUN_UNKNOWN", message } };
    }
    const row = rowOf(activation, system, run);
    const before = stored.get(id);
    if (before && JSON.stringify(before) !== JSON.stringify(row)) {
      problems.push(
        `${id} came again as ${JSON.stringify(row)}, and was ${JSON.stringify(before)}`,
      );
    }
    if (!before) stored.set(id, row);
    return { activation_id: id, duplicate: before !== undefined };
  }

  function takeBatch(batch: ActivationBatchOutput, trouble: Trouble | undefined) {
    return batch.activations.map((activation, place): ActivationResult => {
      if (trouble?.when !== "items" || place % 2 === 0) return take(activation, batch);
      const { activation_id } = activation;
      const error = { code: status.UNAVAILABLE, reason: "STORE_AWAY", retryable: true };
      return { activation_id, error };
    });
  }

  /** Answers a call, unless it is one that goes wrong. */
  function unary<Request>(answer: (request: Request, trouble: Trouble | undefined) => object) {
    return (call: ServerUnaryCall<Request, object>, callback: sendUnaryData<object>) => {
      const trouble = troubles.shift();
      if (trouble?.when === "before") return callback(refusal(trouble));
      try {
        const response = answer(call.request, trouble);
        callback(trouble?.when === "after" ? refusal(trouble) : null, response);
      } catch (error) {
        callback(error as ReturnType<typeof refusalOf>);
      }
    };
  }

  const handlers = {
    ping: unary(({ message, system_id }: PingOutput) => ({
      message,
      ...(system_id ? { server_time: timestamp() } : {}),
    })),
    new_system_run: unary(({ run_id }: SystemRunOutput) => {
      if (!runs.has(run_id)) runs.set(run_id, { ended: false });
      return { run_id, server_time: timestamp(), limits: { max_batch: 1_000 } };
    }),
    end_system_run: unary(({ run_id }: SystemRunEndOutput) => {
      const run = runs.get(run_id);
      if (!run) throw refusalOf("FAILED_PRECONDITION", `no run ${run_id}`, "RUN_UNKNOWN");
      const already_ended = run.ended;
      run.ended = true;
      return { server_time: timestamp(), already_ended };
    }),
    new_activation: unary((activation: ActivationOutput) => {
      const { error, ...result } = take(activation);
      if (error) throw refusalOf("FAILED_PRECONDITION", error.message ?? "", error.reason);
      return { success: true, ...result };
    }),
    new_activations: unary((batch: ActivationBatchOutput, trouble) => ({
      results: takeBatch(batch, trouble),
    })),
    stream_activations(call: ServerDuplexStream<ActivationBatchOutput, ActivationAck>) {
      call.on("error", () => {});
      call.on("data", (batch: ActivationBatchOutput) => {
        const trouble = troubles.shift();
        if (trouble?.when === "before") return fail(call, refusal(trouble));
        const results = takeBatch(batch, trouble);
        if (trouble?.when === "after") return fail(call, refusal(trouble));
        call.write({
          batch_no: batch.batch_no,
          stored: results.filter(({ error }) => !error).length,
          exceptions: results
            .map((result, index) => ({ index, result }))
            .filter(({ result }) => result.error || result.duplicate),
        });
      });
      call.on("end", () => call.end());
    },
  };

  async function listen(): Promise<void> {
    server = new Server();
    server.addService(MainService, handlers as never);
    const wanted = await freePort();
    port = await new Promise<number>((resolve, reject) => {
      const address = `127.0.0.1:${wanted}`;
      server.bindAsync(address, ServerCredentials.createInsecure(), (error, bound) =>
        error ? reject(error) : resolve(bound),
      );
    });
  }

  await listen();
  return {
    get port() {
      return port;
    },
    stored,
    runs,
    problems,
    trouble(calls) {
      troubles = [...calls];
    },
    forgetRuns: () => runs.clear(),
    async restart() {
      server.forceShutdown();
      await listen();
    },
    stop: () => server.forceShutdown(),
  };
}

function fail(call: Call, error: object): void {
  call.emit("error", error);
}

function rowOf(activation: ActivationOutput, systemId: string, runId: string): Stored {
  const { activation_id, occurred_at, entity, seq } = activation;
  const idMs = Number.parseInt(activation_id.replaceAll("-", "").slice(0, 12), 16);
  return {
    systemId,
    runId,
    seq: Number(seq),
    sensor: entity?.identity ?? "",
    occurredMs: occurred_at ? Number(occurred_at.seconds) * 1_000 + occurred_at.nanos / 1e6 : idMs,
  };
}

function refusalOf(
  code: keyof typeof status,
  details: string,
  reason: string | undefined,
  retryAfterMs?: number,
) {
  const metadata = new Metadata();
  const domain = reason && "slimmer";
  const said = { code: status[code], message: details, reason, domain, metadata: {}, fields: [] };
  metadata.set("grpc-status-details-bin", encodeStatusDetails({ ...said, retryAfterMs }));
  return Object.assign(new Error(details), { code: status[code], details, metadata });
}

function timestamp() {
  const now = Date.now();
  return { seconds: Math.floor(now / 1_000), nanos: (now % 1_000) * 1_000_000 };
}
