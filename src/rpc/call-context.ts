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

/**
 * A class for the sake of its getter: one of an object literal is a function of its own for each call, with a hidden class of
 * its own, and those live in the old generation of V8's heap: they would take all of the call along until that is collected.
 */
class ContextOfCall implements CallContext {
  readonly receivedAtMs: number;
  readonly deadlineMs: number;
  readonly #call: AnyCall;

  constructor(call: AnyCall, receivedAtMs: number) {
    this.receivedAtMs = receivedAtMs;
    this.deadlineMs = Number(call.getDeadline());
    this.#call = call;
  }

  get isCancelled(): boolean {
    return this.#call.cancelled;
  }
}

export function callContext(call: AnyCall, receivedAtMs: number): CallContext {
  return new ContextOfCall(call, receivedAtMs);
}
