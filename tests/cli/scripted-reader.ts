import {
  type Metadata,
  Server,
  ServerCredentials,
  type ServerUnaryCall,
  type ServerWritableStream,
  type sendUnaryData,
  type status,
} from "@grpc/grpc-js";
import {
  type ExportActivationsRequestOutput,
  type ExportActivationsResponse,
  ReaderService,
  type StoredActivation,
  type WatchActivationsRequestOutput,
  type WatchActivationsResponse,
} from "slimmer-grpc";
import { onTestFinished } from "vitest";

type Watching = ServerWritableStream<WatchActivationsRequestOutput, WatchActivationsResponse>;
type Exporting = ServerWritableStream<ExportActivationsRequestOutput, ExportActivationsResponse>;

/** What the server does; whatever is left out it does not have. `request` is as it came. */
export type Script = {
  // biome-ignore lint/suspicious/noExplicitAny: each answer is for one method
  [method: string]: ((request: any) => object | Promise<object>) | undefined;
} & {
  watch?: never;
  exports?: never;
};

export type Streams = {
  watch?: (call: Watching, count: number) => void;
  exports?: (call: Exporting, count: number) => void;
};

export type ScriptedReader = {
  readonly address: string;
  /** All requests, by method and in order. */
  readonly requests: { method: string; request: Record<string, unknown>; metadata: Metadata }[];
  /** Cuts every connection, and listens no more. */
  stop(): void;
};

/** Starts one for the running test. */
export async function startScriptedReader(
  script: Script,
  { watch, exports, port = 0 }: Streams & { port?: number } = {},
): Promise<ScriptedReader> {
  const requests: ScriptedReader["requests"] = [];
  const handlers: Record<string, unknown> = {};
  for (const [method, answer] of Object.entries(script)) {
    if (!answer) continue;
    handlers[method] = async (
      { request, metadata }: ServerUnaryCall<Record<string, unknown>, object>,
      callback: sendUnaryData<object>,
    ) => {
      requests.push({ method, request, metadata });
      try {
        callback(null, await answer(request));
      } catch (error) {
        callback(error as Error);
      }
    };
  }
  let watches = 0;
  if (watch) {
    handlers.watch_activations = (call: Watching) => {
      const request = call.request as unknown as Record<string, unknown>;
      requests.push({ method: "watch_activations", request, metadata: call.metadata });
      watches += 1;
      watch(call, watches);
    };
  }
  let exported = 0;
  if (exports) {
    handlers.export_activations = (call: Exporting) => {
      const request = call.request as unknown as Record<string, unknown>;
      requests.push({ method: "export_activations", request, metadata: call.metadata });
      exported += 1;
      exports(call, exported);
    };
  }
  const server = new Server();
  server.addService(ReaderService, handlers as never);
  const bound = await new Promise<number>((resolve, reject) => {
    server.bindAsync(`127.0.0.1:${port}`, ServerCredentials.createInsecure(), (error, actual) =>
      error ? reject(error) : resolve(actual),
    );
  });
  onTestFinished(() => server.forceShutdown());
  return { address: `127.0.0.1:${bound}`, requests, stop: () => server.forceShutdown() };
}

/** An error as a server of gRPC throws it. */
export function refusal(code: status, details: string): Error {
  return Object.assign(new Error(details), { code, details });
}

/** An activation of the greenhouse; `number` makes it another one. */
export function activation(number: number, more: Partial<StoredActivation> = {}): StoredActivation {
  const digits = String(number).padStart(12, "0");
  return {
    system_id: "greenhouse",
    run_id: "01930000-0000-7000-8000-000000000001",
    entity: { category: "door", name: "front door", identity: "door-1" },
    activation_id: `01930000-0000-7000-8000-${digits}`,
    shown_at: { seconds: 1_772_368_200 + number, nanos: 123_456_000 },
    occurred_at: { seconds: 1_772_368_200 + number, nanos: 123_456_000 },
    received_at: { seconds: 1_772_368_201 + number, nanos: 0 },
    seq: number,
    attributes: { opened: "true" },
    ...more,
  };
}
