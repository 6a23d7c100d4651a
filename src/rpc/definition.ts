import type { MethodDefinition, ServiceDefinition } from "@grpc/grpc-js";

/** Stands in the place of a request whose bytes are no message of its type. */
export class Malformed {
  readonly cause: unknown;
  constructor(cause: unknown) {
    this.cause = cause;
  }
}

/**
 * The same service, but bytes that can't be decoded reach the handler as a Malformed. grpc-js alone would answer
 * INTERNAL, which blames the server for what the caller sent.
 */
export function tolerant<S extends ServiceDefinition>(service: S): S {
  return Object.fromEntries(
    Object.entries(service).map(([name, method]) => [name, tolerantMethod(method)]),
  ) as unknown as S;
}

function tolerantMethod(method: MethodDefinition<unknown, unknown>) {
  return {
    ...method,
    requestDeserialize(bytes: Buffer): unknown {
      try {
        return method.requestDeserialize(bytes);
      } catch (error) {
        return new Malformed(error);
      }
    },
  };
}
