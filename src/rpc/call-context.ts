import type { ServerDuplexStream, ServerUnaryCall, ServerWritableStream } from "@grpc/grpc-js";

/** What a handler may know of its call. */
export type CallContext = {
  /** The server's clock when the request had arrived, in Unix milliseconds. */
  readonly receivedAtMs: number;
  /** Unix milliseconds; Infinity for a call without a deadline. */
  readonly deadlineMs: number;
  readonly isCancelled: boolean;
};

type AnyCall =
  | ServerUnaryCall<unknown, unknown>
  | ServerWritableStream<unknown, unknown>
  | ServerDuplexStream<unknown, unknown>;

export function callContext(call: AnyCall, receivedAtMs: number): CallContext {
  return {
    receivedAtMs,
    deadlineMs: Number(call.getDeadline()),
    get isCancelled() {
      return call.cancelled;
    },
  };
}
