import { randomUUID } from "node:crypto";
import { type Metadata, type ServiceError, status } from "@grpc/grpc-js";
import type { Connection } from "../connection/connection-options.ts";
import {
  connectToServer,
  refusalText,
  type ServerConnection,
} from "../connection/server-connection.ts";
import { isEchoed } from "../ping.ts";
import { type Finding, findings } from "./finding.ts";

const PINGS = 11;
const SLOW_MS = 1_000;

/** Whether the server is a slimmer that lets us in, and how fast it answers. Empty of "fail" means that calls work. */
export async function checkAnswer(
  server: ServerConnection,
  connection: Connection,
): Promise<Finding[]> {
  const { ok, fail } = findings("answer");
  try {
    if (!(await isEchoed(server))) {
      return [fail("it answers, but not with an echo", "it is no slimmer: check the address")];
    }
  } catch (error) {
    if (isDenied(error)) return [deniedToken(connection, error)];
    if ((error as Partial<ServiceError>).code === status.UNIMPLEMENTED) {
      return [
        fail(refusalText(error), "it is no slimmer, or a proxy for other names: check the address"),
      ];
    }
    return [fail(refusalText(error), "see the lines above; else the log of the server")];
  }
  return [ok("it echoes"), await checkToken(connection), await checkLatency(server)];
}

/** Whether a call without the token works too. */
async function checkToken(connection: Connection): Promise<Finding> {
  const { ok } = findings("token");
  if (connection.token === undefined) return ok("none given, and none needed");
  const stranger = connectToServer({ ...connection, token: undefined, tokenFile: undefined });
  try {
    await isEchoed(stranger);
    return ok("given, but the server asks for none");
  } catch (error) {
    return isDenied(error) ? ok("accepted") : ok(`sent; without it: ${refusalText(error)}`);
  } finally {
    stranger.close();
  }
}

function deniedToken({ token, certFile }: Connection, error: unknown): Finding {
  const { fail } = findings("token");
  const seen = refusalText(error);
  return token === undefined && certFile === undefined
    ? fail(`needed: ${seen}`, "set SLIMMER_TOKEN, or give --token-file")
    : fail(
        `refused: ${seen}`,
        "ask for a new token or certificate, and check which server it is for",
      );
}

async function checkLatency(server: ServerConnection): Promise<Finding> {
  const { ok, warn, fail } = findings("latency");
  const times: number[] = [];
  try {
    for (let nth = 0; nth < PINGS; nth += 1) {
      const startedAt = performance.now();
      await isEchoed(server);
      times.push(performance.now() - startedAt);
    }
  } catch (error) {
    return fail(`call ${times.length + 2} failed: ${refusalText(error)}`, "try again; see its log");
  }
  times.sort((a, b) => a - b);
  const p50 = times[Math.floor(times.length / 2)] as number;
  const seen = `p50 ${p50.toFixed(1)} ms, slowest of ${PINGS} ${(times.at(-1) as number).toFixed(1)} ms`;
  return p50 > SLOW_MS
    ? warn(seen, "raise --timeout, and look for what is slow on the way")
    : ok(seen);
}

function isDenied(error: unknown): boolean {
  const { code } = error as Partial<ServiceError>;
  return code === status.UNAUTHENTICATED || code === status.PERMISSION_DENIED;
}

/** The server's clock as an echo told it, and how it was told. */
export type Heard = {
  readonly serverMs: number;
  readonly errorMs: number;
  readonly localMs: number;
};

/** Asks for the server's time: from a sign of life of a system that it knows, else from the header of any answer. */
export async function hearClock(
  server: ServerConnection,
  system: string | undefined,
): Promise<Heard | undefined> {
  const precise =
    system === undefined ? undefined : await hearFrom(server, system).catch(() => undefined);
  return precise ?? (await hearFrom(server, ""));
}

async function hearFrom(server: ServerConnection, system: string): Promise<Heard | undefined> {
  const sentMs = Date.now();
  let date: string | undefined;
  const answer = await server.call(
    "ping",
    { message: randomUUID(), system_id: system },
    {
      onHeaders(headers: Metadata) {
        date = headers.get("date")[0]?.toString();
      },
    },
  );
  const halfMs = (Date.now() - sentMs) / 2;
  const localMs = sentMs + halfMs;
  if (answer.server_time) {
    const { seconds, nanos } = answer.server_time;
    return { serverMs: Number(seconds) * 1_000 + nanos / 1e6, errorMs: halfMs, localMs };
  }
  if (date === undefined) return undefined;
  // The header has whole seconds: the middle of its second is the best guess.
  return { serverMs: Date.parse(date) + 500, errorMs: 500 + halfMs, localMs };
}
