import type { MethodDefinition, ServiceDefinition } from "@grpc/grpc-js";

/** Stands in the place of a request whose bytes are no message of its type. */
export class Malformed {
  readonly cause: unknown;
  constructor(cause: unknown) {
    this.cause = cause;
  }
}

/** What a method reads and writes in place of proto-loader's code. */
export type Codec = {
  decode?: (bytes: Buffer) => unknown;
  encode?: (response: never) => Buffer;
};

/**
 * The same service, but bytes that can't be decoded reach the handler as a Malformed (grpc-js alone would answer INTERNAL,
 * which blames the server for what the caller sent), and some methods have codecs of their own.
 */
export function tolerant<S extends ServiceDefinition>(
  service: S,
  codecs: { [Method in keyof S]?: Codec } = {},
): S {
  return Object.fromEntries(
    Object.entries(service).map(([name, method]) => [
      name,
      tolerantMethod(method, codecs[name] ?? {}),
    ]),
  ) as unknown as S;
}

function tolerantMethod(method: MethodDefinition<unknown, unknown>, codec: Codec) {
  const { decode = method.requestDeserialize, encode = method.responseSerialize } = codec;
  return {
    ...method,
    responseSerialize: encode,
    requestDeserialize(bytes: Buffer): unknown {
      try {
        return decode(bytes);
      } catch (error) {
        return new Malformed(error);
      }
    },
  };
}
