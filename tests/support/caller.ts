import { type CallOptions, type ServiceError, status } from "@grpc/grpc-js";
import {
  type Activation,
  type ActivationBatch,
  type ActivationBatchResponseOutput,
  type ActivationResponseOutput,
  decodeStatusDetails,
  type MainClient,
  type Ping,
  type PongOutput,
  STATUS_DETAILS_KEY,
  type StatusDetails,
  type SystemRun,
  type SystemRunEnd,
  type SystemRunEndResponseOutput,
  type SystemRunResponseOutput,
} from "slimmer-grpc";

/** A refusal, as a test wants to look at it. */
export class Refusal extends Error {
  readonly code: string;
  readonly details: StatusDetails | undefined;
  constructor(error: ServiceError) {
    super(error.details);
    this.code = status[error.code] as string;
    this.details = detailsOf(error);
  }
  get reason(): string | undefined {
    return this.details?.reason;
  }
  /** Wrong fields with their problems, as "field: problem". */
  get fields(): string[] {
    return (this.details?.fields ?? []).map(({ field, description }) => `${field}: ${description}`);
  }
}

export function detailsOf(error: ServiceError): StatusDetails | undefined {
  const [bytes] = error.metadata?.get(STATUS_DETAILS_KEY) ?? [];
  return bytes === undefined ? undefined : decodeStatusDetails(bytes as Buffer);
}

/** The unary methods as promises that reject with a Refusal. */
export type Caller = {
  ping(request: Ping, options?: CallOptions): Promise<PongOutput>;
  run(request: SystemRun, options?: CallOptions): Promise<SystemRunResponseOutput>;
  fire(request: Activation, options?: CallOptions): Promise<ActivationResponseOutput>;
  fireMany(request: ActivationBatch, options?: CallOptions): Promise<ActivationBatchResponseOutput>;
  end(request: SystemRunEnd, options?: CallOptions): Promise<SystemRunEndResponseOutput>;
};

export function createCaller(client: InstanceType<typeof MainClient>): Caller {
  type Method = (
    request: object,
    options: CallOptions,
    callback: (error: ServiceError | null, response: unknown) => void,
  ) => void;
  const call = <Response>(method: unknown, request: object, options: CallOptions = {}) =>
    new Promise<Response>((resolve, reject) => {
      const settled = { deadline: Date.now() + 20_000, ...options };
      (method as Method).call(client, request, settled, (error, response) =>
        error ? reject(new Refusal(error)) : resolve(response as Response),
      );
    });
  return {
    ping: (request, options) => call(client.ping, request, options),
    run: (request, options) => call(client.new_system_run, request, options),
    fire: (request, options) => call(client.new_activation, request, options),
    fireMany: (request, options) => call(client.new_activations, request, options),
    end: (request, options) => call(client.end_system_run, request, options),
  };
}

/** The Refusal that `call` rejects with; a call that is answered fails the test. */
export async function refusalOf(call: Promise<unknown>): Promise<Refusal> {
  try {
    await call;
  } catch (error) {
    if (error instanceof Refusal) return error;
    throw error;
  }
  throw new Error("the call was answered; a refusal was expected");
}
