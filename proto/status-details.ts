import protobuf from "protobufjs";
import { GOOGLE_RPC } from "./google-rpc.ts";
import { durationText } from "./json-time.ts";

/** The trailing metadata key under which gRPC carries a serialised google.rpc.Status. */
export const STATUS_DETAILS_KEY = "grpc-status-details-bin";

export type BadField = { field: string; description: string };

/** What a refusal of slimmer says beyond its status code. */
export type StatusDetails = {
  code: number;
  message: string;
  /** Of google.rpc.ErrorInfo: one of the reasons in docs/errors.md; undefined where a proxy refused. */
  reason: string | undefined;
  domain: string | undefined;
  /** Of google.rpc.ErrorInfo. */
  metadata: Readonly<Record<string, string>>;
  /** Of google.rpc.BadRequest: every wrong field. */
  fields: readonly BadField[];
  /** Of google.rpc.RetryInfo, in milliseconds; undefined where a retry does not help. */
  retryAfterMs: number | undefined;
};

const { root } = protobuf.Root.fromJSON(GOOGLE_RPC);
const Status = rpcType("Status");

const TYPE_URL = "type.googleapis.com/google.rpc.";

/** The bytes for `grpc-status-details-bin`. */
export function encodeStatusDetails(details: StatusDetails): Buffer {
  const parts: { type_url: string; value: Uint8Array }[] = [];
  const add = (name: string, value: object) => {
    parts.push({ type_url: TYPE_URL + name, value: rpcType(name).encode(value).finish() });
  };
  if (details.reason !== undefined) {
    const { reason, domain, metadata } = details;
    add("ErrorInfo", { reason, domain, metadata });
  }
  if (details.fields.length > 0) add("BadRequest", { field_violations: details.fields });
  if (details.retryAfterMs !== undefined) {
    const seconds = Math.floor(details.retryAfterMs / 1_000);
    const nanos = Math.round((details.retryAfterMs % 1_000) * 1_000_000);
    add("RetryInfo", { retry_delay: { seconds, nanos } });
  }
  const { code, message } = details;
  return Buffer.from(Status.encode({ code, message, details: parts }).finish());
}

/** The same as JSON: the body with which Envoy, and the web process, refuse over HTTP. */
export function statusDetailsToJson(details: StatusDetails): string {
  const parts: object[] = [];
  const add = (name: string, value: object) => parts.push({ "@type": TYPE_URL + name, ...value });
  const { code, message, reason, domain, metadata, fields, retryAfterMs } = details;
  if (reason !== undefined) add("ErrorInfo", { reason, domain, metadata });
  if (fields.length > 0) add("BadRequest", { field_violations: fields });
  if (retryAfterMs !== undefined) {
    const retry_delay = durationText({
      seconds: Math.floor(retryAfterMs / 1_000),
      nanos: Math.round((retryAfterMs % 1_000) * 1_000_000),
    });
    add("RetryInfo", { retry_delay });
  }
  return JSON.stringify({ code, message, details: parts });
}

/** Reads `grpc-status-details-bin`; details of other types are passed over. Throws on bytes that are no Status. */
export function decodeStatusDetails(bytes: Uint8Array): StatusDetails {
  const status = plain(Status, bytes) as {
    code: number;
    message: string;
    details: { type_url: string; value: Uint8Array }[];
  };
  const read = (name: string): Record<string, unknown> | undefined => {
    const found = status.details.find((part) => part.type_url === TYPE_URL + name);
    return found && plain(rpcType(name), found.value);
  };
  const info = read("ErrorInfo") as
    | { reason: string; domain: string; metadata: Record<string, string> }
    | undefined;
  const bad = read("BadRequest") as { field_violations: BadField[] } | undefined;
  const retry = read("RetryInfo") as
    | { retry_delay: { seconds: number; nanos: number } | null }
    | undefined;
  return {
    code: status.code,
    message: status.message,
    reason: info?.reason,
    domain: info?.domain,
    metadata: info?.metadata ?? {},
    fields: bad?.field_violations ?? [],
    retryAfterMs:
      retry?.retry_delay === undefined || retry.retry_delay === null
        ? undefined
        : retry.retry_delay.seconds * 1_000 + retry.retry_delay.nanos / 1_000_000,
  };
}

function rpcType(name: string): protobuf.Type {
  return root.lookupType(`google.rpc.${name}`);
}

function plain(type: protobuf.Type, bytes: Uint8Array): Record<string, unknown> {
  return type.toObject(type.decode(bytes), { longs: Number, defaults: true });
}
