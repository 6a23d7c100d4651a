import { type handleUnaryCall, status } from "@grpc/grpc-js";
import { SlimmerError } from "../domain/errors.ts";
import type { Logger } from "../telemetry/logger.ts";
import { type CallContext, callContext } from "./call-context.ts";
import type { CallMeter } from "./call-meter.ts";
import { Malformed } from "./definition.ts";
import { asServiceError, toStatus } from "./status.ts";

export type UnaryTools = { meter: CallMeter; log: Logger; nowMs(): number };

/**
 * The one place that speaks grpc-js's callbacks for single calls: a handler takes a request and its context, and returns
 * the answer or throws. Every error leaves as a status with details.
 */
export function unary<Request, Response>(
  { meter, log, nowMs }: UnaryTools,
  handler: (request: Request, context: CallContext) => Promise<Response>,
): handleUnaryCall<Request | Malformed, Response> {
  return (call, callback) => {
    const end = meter.begin();
    const context = callContext(call as never, nowMs());
    const { request } = call;
    const answer =
      request instanceof Malformed ? Promise.reject(malformed(request)) : handler(request, context);
    answer.then(
      (response) => {
        end(status.OK);
        callback(null, response);
      },
      (error: unknown) => {
        const refusal = toStatus(error, log);
        end(refusal.code);
        log.debug({ code: refusal.code, details: refusal.details }, "a call was refused");
        callback(asServiceError(refusal));
      },
    );
  };
}

export function malformed({ cause }: Malformed): SlimmerError {
  return new SlimmerError(
    "MESSAGE_MALFORMED",
    "the request is no message of the type that this method takes: check the proto file of the client",
    { cause },
  );
}
