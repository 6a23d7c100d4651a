import { randomUUID } from "node:crypto";
import { status } from "@grpc/grpc-js";
import { type ClientReportOutput, MainService, type PongOutput } from "slimmer-grpc";
import type { DeviceClock } from "../clock/device-clock.ts";
import { ClientError } from "../errors.ts";
import type { Connection } from "./connection.ts";
import { verdictOf, verdictText } from "./verdict.ts";

export type EchoRequest = {
  systemId?: string;
  runId?: string | undefined;
  report?: ClientReportOutput;
};

export type Echo = {
  readonly roundTripMs: number;
  /** The server has taken note of the system, and of its report: one of 2018 does not. */
  readonly isSignOfLife: boolean;
};

/**
 * Asks for an echo of a text that nobody could guess, and learns the server's clock from the answer. Rejects with the
 * ServiceError, or with a ClientError (NOT_SLIMMER).
 */
export async function askEcho(
  { connection, clock, address }: { connection: Connection; clock: DeviceClock; address: string },
  { systemId, runId, report }: EchoRequest,
  timeoutMs: number,
): Promise<Echo> {
  const message = randomUUID();
  const answer = await connection.call(
    MainService.ping,
    {
      message,
      ...(systemId === undefined ? {} : { system_id: systemId }),
      ...(runId === undefined ? {} : { run_id: runId }),
      ...(report === undefined ? {} : { report }),
    },
    timeoutMs,
  );
  const pong = answer.response as PongOutput;
  if (pong.message !== message) {
    throw new ClientError(
      "NOT_SLIMMER",
      `${address} answered, but not with an echo: it is no slimmer`,
    );
  }
  const { server_time: time } = pong;
  if (time) {
    clock.learn(time.seconds * 1_000 + time.nanos / 1_000_000, answer.sentAt, answer.receivedAt);
  }
  return { roundTripMs: answer.receivedAt - answer.sentAt, isSignOfLife: time !== null };
}

/** A failed echo as a ClientError, in a sentence for the person who must act. */
export function echoError(
  error: unknown,
  { address, isTls, timeoutMs }: { address: string; isTls: boolean; timeoutMs: number },
): ClientError {
  if (error instanceof ClientError) return error;
  const verdict = verdictOf(error);
  const said = verdictText(verdict);
  const { status: name, reason } = verdict;
  if (typeof (error as { code?: unknown }).code !== "number") {
    // No status: it went wrong before anything was sent, as with a token that can't be had.
    return new ClientError("SERVER_AWAY", `${address} was not asked: ${verdict.message}`, {
      cause: error,
    });
  }
  const init = { status: name, reason, cause: error };
  if (verdict.action === "hold" && name !== "NOT_FOUND") {
    return new ClientError(
      "ACCESS_DENIED",
      `${address} does not let this client in: ${said}`,
      init,
    );
  }
  if (name === status[status.UNIMPLEMENTED] || name === "NOT_FOUND") {
    const text = `${address} answered, but knows no slimmer_grpc.Main: it is no slimmer, or a proxy that has no such host (${said})`;
    return new ClientError("NOT_SLIMMER", text, init);
  }
  if (name === "DEADLINE_EXCEEDED") {
    const text = `${address} did not answer within ${timeoutMs} ms: ${said}${hint(said, isTls)}`;
    return new ClientError("SERVER_AWAY", text, init);
  }
  return new ClientError(
    "SERVER_AWAY",
    `${address} did not answer: ${said}${hint(said, isTls)}`,
    init,
  );
}

/** grpc-js can't tell these apart from a server that is away. */
function hint(said: string, isTls: boolean): string {
  if (/Waiting for LB pick/.test(said)) {
    return " (no connection came about: something on the way is silent, or it speaks something else)";
  }
  if (/ECONNREFUSED/.test(said)) return " (nothing listens there)";
  if (/ENOTFOUND|Name resolution failed/.test(said)) return " (the name can't be resolved)";
  if (/certificate|self-signed|altname|issuer/i.test(said)) {
    return " (its certificate is not trusted: give the authority with tls.caFile, or the name with tls.serverName)";
  }
  if (isTls && /wrong version number|packet length|EPROTO/i.test(said)) {
    return " (it seems to speak clear text: leave tls out)";
  }
  if (!isTls && /No connection established|ECONNRESET|socket hang up|closed/i.test(said)) {
    return " (if it speaks TLS, as behind Envoy, set tls: true)";
  }
  return "";
}
