import type { MethodDefinition, ServiceDefinition } from "@grpc/grpc-js";

/** Stands in the place of a request whose bytes are no message of its type. */
export class Malformed {
  readonly cause: unknown;
  constructor(cause: unknown) {
    this.cause = cause;
  }
}

type Decoder = (bytes: Buffer) => unknown;

/**
 * The same service, but bytes that can't be decoded reach the handler as a Malformed (grpc-js alone would answer INTERNAL,
 * which blames the server for what the caller sent), and some methods have decoders of their own.
 */
export function tolerant<S extends ServiceDefinition>(
  service: S,
  decoders: { [Method in keyof S]?: Decoder } = {},
): S {
  return Object.fromEntries(
    Object.entries(service).map(([name, method]) => [
      name,
      tolerantMethod(method, decoders[name] ?? method.requestDeserialize),
    ]),
  ) as unknown as S;
}

function tolerantMethod(method: MethodDefinition<unknown, unknown>, decode: Decoder) {
  return {
    ...method,
    requestDeserialize(bytes: Buffer): unknown {
      try {
        return decode(bytes);
      } catch (error) {
        return new Malformed(error);
      }
    },
  };
}
