import { type ServiceError, status } from "@grpc/grpc-js";
import { version } from "../../version.ts";
import { refusalText, type ServerConnection } from "../connection/server-connection.ts";
import { type Finding, findings } from "./finding.ts";

const HEALTH = "/grpc.health.v1.Health/Check";
const HEALTH_STATES = ["UNKNOWN", "SERVING", "NOT_SERVING", "SERVICE_UNKNOWN"];

/** What the server says of its own health. */
export async function checkHealth(server: ServerConnection, timeoutMs: number): Promise<Finding> {
  const { ok, warn, fail, skip } = findings("health");
  try {
    const answer = await unary(server, HEALTH, timeoutMs);
    // HealthCheckResponse has one field, an enum: 0x08, and its number; nothing at all is 0.
    const state = HEALTH_STATES[answer[1] ?? 0] ?? "UNKNOWN";
    if (state === "SERVING") return ok("SERVING");
    if (state === "NOT_SERVING") {
      return fail(
        "NOT_SERVING",
        "it starts, stops, or waits for its database: see its log and /readyz",
      );
    }
    return warn(state, "see the log of the server");
  } catch (error) {
    const { code } = error as ServiceError;
    return code === status.UNIMPLEMENTED
      ? skip("the server has no health service, or a proxy hides it")
      : warn(refusalText(error), "see the log of the server");
  }
}

/** Calls that change nothing, for their requests are empty. The methods of 2018 are there in any case. */
const LATER = [
  ["new_activations", unary],
  ["stream_activations", stream],
  ["end_system_run", unary],
] as const;

/** Which methods of the contract the server has: that is all it tells of its version. */
export async function checkVersion(server: ServerConnection, timeoutMs: number): Promise<Finding> {
  const { ok, warn } = findings("version");
  const missing: string[] = [];
  for (const [method, call] of LATER) {
    try {
      await call(server, `/slimmer_grpc.Main/${method}`, timeoutMs);
    } catch (error) {
      if ((error as ServiceError).code === status.UNIMPLEMENTED) missing.push(method);
    }
  }
  if (missing.length === 0) {
    return ok(`the server has every method of this slimmer's contract (${version})`);
  }
  if (missing.length === LATER.length) {
    return warn(
      "a server of 2018: no batches, no ids, so a repeated call is stored twice",
      "upgrade the server",
    );
  }
  return warn(`the server lacks ${missing.join(", ")}`, `upgrade the server to ${version}`);
}

const none = () => Buffer.alloc(0);
const bytes = (buffer: Buffer) => buffer;

function unary({ raw, metadata }: ServerConnection, path: string, timeoutMs: number) {
  return new Promise<Buffer>((resolve, reject) => {
    const deadline = Date.now() + timeoutMs;
    raw.makeUnaryRequest(path, none, bytes, {}, metadata(), { deadline }, (error, answer) =>
      error ? reject(error) : resolve(answer ?? none()),
    );
  });
}

function stream({ raw, metadata }: ServerConnection, path: string, timeoutMs: number) {
  return new Promise<void>((resolve, reject) => {
    const deadline = Date.now() + timeoutMs;
    const call = raw.makeBidiStreamRequest(path, none, bytes, metadata(), { deadline });
    call.on("data", () => {});
    call.once("error", reject);
    call.once("end", () => resolve());
    call.end();
  });
}
