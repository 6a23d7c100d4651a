import { readFileSync } from "node:fs";
import { createSecureContext } from "node:tls";
import { type FieldProblem, problemsError } from "./errors.ts";
import { checkNumber, checkText, type Problems, shown } from "./field-checks.ts";
import type {
  ClientOptions,
  FsyncPolicy,
  OverflowPolicy,
  SendingMode,
  SpoolOptions,
  TlsOptions,
} from "./options.ts";

/** Options with every gap filled, checked; TLS material read. */
export type ClientSettings = {
  address: string;
  systemId: string;
  token: string | (() => string | Promise<string>) | undefined;
  tokenFile: string | undefined;
  /** Undefined: clear text. */
  tls: TlsMaterial | undefined;
  spool: Required<SpoolOptions> | undefined;
  memoryItems: number;
  overflow: OverflowPolicy;
  offlineStart: boolean;
  connectTimeoutMs: number;
  callTimeoutMs: number;
  heartbeatMs: number;
  maxBatch: number;
  maxInFlight: number;
  sending: SendingMode;
  program: { name: string; version: string } | undefined;
  channelOptions: Record<string, string | number>;
};

/** PEM. */
export type TlsMaterial = {
  ca: Buffer | undefined;
  cert: Buffer | undefined;
  key: Buffer | undefined;
  serverName: string | undefined;
};

const DAY_MS = 86_400_000;
const MAX_TIMER_MS = 2 ** 31 - 1;
const OVERFLOWS: readonly OverflowPolicy[] = ["drop_oldest", "drop_newest", "block"];
const FSYNCS: readonly FsyncPolicy[] = ["record", "interval", "never"];
const SENDINGS: readonly SendingMode[] = ["auto", "stream", "batch", "single"];
const NAMES = [
  ...["address", "systemId", "token", "tokenFile", "tls", "spool", "memoryItems", "overflow"],
  ...["offlineStart", "connectTimeoutMs", "callTimeoutMs", "heartbeatMs", "maxBatch"],
  ...["maxInFlight", "sending", "client", "channelOptions"],
];
const SPOOL_NAMES = ["dir", "maxBytes", "maxAgeMs", "fsync", "fsyncIntervalMs"];
const TLS_NAMES = ["ca", "caFile", "cert", "certFile", "key", "keyFile", "serverName"];

/** Checks the options of `getClient`. Throws a ClientError (OPTIONS_INVALID) that names everything that is wrong. */
export function completeOptions(options: ClientOptions): ClientSettings {
  const problems: Problems = [];
  if (typeof options !== "object" || options === null) {
    throw problemsError("OPTIONS_INVALID", [
      { field: "options", problem: `must be an object, not ${shown(options)}` },
    ]);
  }
  checkNames(problems, "", options, NAMES);
  const number = (
    field: keyof ClientOptions & string,
    byDefault: number,
    range: { min: number; max: number; unit?: string },
  ) => {
    const value = options[field] ?? byDefault;
    checkNumber(problems, field, value, range);
    return value as number;
  };
  const { address, systemId, overflow = "drop_oldest", sending = "auto", client } = options;
  checkAddress(problems, address);
  checkText(problems, "systemId", systemId, { min: 1, max: 128 });
  checkChoice(problems, "overflow", overflow, OVERFLOWS);
  checkChoice(problems, "sending", sending, SENDINGS);
  if (client !== undefined) {
    checkText(problems, "client.name", client.name, { min: 1, max: 128 });
    checkText(problems, "client.version", client.version ?? "", { min: 0, max: 128 });
  }
  const { token, tokenFile } = checkToken(problems, options);
  const spool = completeSpool(problems, options.spool);
  const settings: ClientSettings = {
    address,
    systemId,
    token,
    tokenFile,
    tls: completeTls(problems, options.tls),
    spool,
    memoryItems: number("memoryItems", 10_000, { min: 1, max: 10_000_000 }),
    overflow,
    offlineStart: options.offlineStart ?? spool !== undefined,
    connectTimeoutMs: number("connectTimeoutMs", 5_000, MS),
    callTimeoutMs: number("callTimeoutMs", 5_000, MS),
    heartbeatMs: number("heartbeatMs", 30_000, { ...MS, min: 0 }),
    maxBatch: number("maxBatch", 1_000, { min: 1, max: 1_000 }),
    maxInFlight: number("maxInFlight", 4, { min: 2, max: 64 }),
    sending,
    program: client && { name: client.name, version: client.version ?? "" },
    channelOptions: options.channelOptions ?? {},
  };
  if (problems.length > 0) throw problemsError("OPTIONS_INVALID", problems);
  return settings;
}

const MS = { min: 1, max: MAX_TIMER_MS, unit: "milliseconds" };

function checkNames(
  problems: Problems,
  prefix: string,
  object: object,
  names: readonly string[],
): void {
  for (const name of Object.keys(object)) {
    if (names.includes(name)) continue;
    problems.push({
      field: `${prefix}${name}`,
      problem: `is no option; there are ${names.join(", ")}`,
    });
  }
}

function checkChoice(
  problems: Problems,
  field: string,
  value: unknown,
  choices: readonly string[],
): void {
  if (typeof value === "string" && choices.includes(value)) return;
  problems.push({ field, problem: `must be one of ${choices.join(", ")}, not ${shown(value)}` });
}

/** host:port, [v6]:port, or a target with a scheme that grpc-js knows. */
const ADDRESS =
  /^(dns:(\/\/[^/]*\/)?.+|unix:.+|xds:\/\/.*|ipv4:.+|ipv6:.+|[^\s:/]+:\d+|\[[0-9a-f:.]+\]:\d+)$/i;

function checkAddress(problems: Problems, address: unknown): void {
  if (typeof address === "string" && ADDRESS.test(address)) return;
  problems.push({
    field: "address",
    problem: `must be host:port, dns:///host:port, xds:///name or unix:/path, not ${shown(address)}`,
  });
}

function checkToken(problems: Problems, { token, tokenFile, tls, address }: ClientOptions) {
  if (token !== undefined && typeof token !== "function" && !isToken(token)) {
    problems.push({
      field: "token",
      problem: "must be a string of visible ASCII characters, or a function that returns one",
    });
  }
  if (tokenFile !== undefined && typeof tokenFile !== "string") {
    problems.push({ field: "tokenFile", problem: `must be a path, not ${shown(tokenFile)}` });
  }
  if (token !== undefined && tokenFile !== undefined) {
    problems.push({ field: "tokenFile", problem: "can't be given together with token" });
  }
  const isSecret = token !== undefined || tokenFile !== undefined;
  if (isSecret && tls === undefined && !isLocal(String(address))) {
    problems.push({
      field: "tls",
      problem:
        "must be set, or the token would travel in clear text; tls: false sends it all the same",
    });
  }
  return { token, tokenFile };
}

function isToken(token: unknown): boolean {
  return typeof token === "string" && /^[\x21-\x7e]+$/.test(token);
}

function isLocal(address: string): boolean {
  return /^(dns:(\/\/\/)?|ipv4:|ipv6:)?(localhost|127\.[\d.]+|\[::1\]):|^unix:/.test(address);
}

function completeSpool(
  problems: Problems,
  option: ClientOptions["spool"],
): Required<SpoolOptions> | undefined {
  if (option === undefined) return undefined;
  const given: SpoolOptions = typeof option === "string" ? { dir: option } : option;
  if (typeof given !== "object" || given === null || typeof given.dir !== "string" || !given.dir) {
    problems.push({
      field: "spool",
      problem: `must be a folder or { dir, … }, not ${shown(option)}`,
    });
    return undefined;
  }
  checkNames(problems, "spool.", given, SPOOL_NAMES);
  const spool = {
    maxBytes: 64 * 1024 * 1024,
    maxAgeMs: 30 * DAY_MS,
    fsync: "interval" as FsyncPolicy,
    fsyncIntervalMs: 1_000,
    ...given,
  };
  const max = Number.MAX_SAFE_INTEGER;
  checkNumber(problems, "spool.maxBytes", spool.maxBytes, {
    min: 256 * 1024,
    max,
    unit: "bytes",
  });
  checkNumber(problems, "spool.maxAgeMs", spool.maxAgeMs, {
    min: 1_000,
    max,
    unit: "milliseconds",
  });
  checkNumber(problems, "spool.fsyncIntervalMs", spool.fsyncIntervalMs, MS);
  checkChoice(problems, "spool.fsync", spool.fsync, FSYNCS);
  return spool;
}

function completeTls(problems: Problems, option: ClientOptions["tls"]): TlsMaterial | undefined {
  if (option === undefined || option === false) return undefined;
  if (option !== true && (typeof option !== "object" || option === null)) {
    problems.push({ field: "tls", problem: `must be true, false or { … }, not ${shown(option)}` });
    return undefined;
  }
  const given: TlsOptions = option === true ? {} : option;
  checkNames(problems, "tls.", given, TLS_NAMES);
  if (given.serverName !== undefined) {
    checkText(problems, "tls.serverName", given.serverName, { min: 1, max: 253 });
  }
  const material = {
    ca: pem(problems, "ca", given.ca, given.caFile),
    cert: pem(problems, "cert", given.cert, given.certFile),
    key: pem(problems, "key", given.key, given.keyFile),
    serverName: given.serverName,
  };
  if ((material.cert === undefined) !== (material.key === undefined)) {
    problems.push({ field: "tls", problem: "needs cert and key together, or neither" });
    return material;
  }
  checkMaterial(problems, material);
  return material;
}

/** What OpenSSL makes of it: a damaged certificate, or a key of another one. */
function checkMaterial(problems: Problems, { ca, cert, key }: TlsMaterial): void {
  try {
    createSecureContext({ ...(ca && { ca }), ...(cert && { cert }), ...(key && { key }) });
  } catch (error) {
    problems.push({ field: "tls", problem: `can't be used: ${(error as Error).message}` });
  }
}

function pem(
  problems: Problems,
  name: string,
  value: string | Buffer | undefined,
  file: string | undefined,
): Buffer | undefined {
  const problem = (text: string): undefined => {
    const found: FieldProblem = {
      field: `tls.${name}${file === undefined ? "" : "File"}`,
      problem: text,
    };
    problems.push(found);
  };
  if (value !== undefined && file !== undefined) return problem(`can't be given with tls.${name}`);
  let bytes: Buffer | undefined;
  try {
    if (file !== undefined) bytes = readFileSync(file);
    else if (value !== undefined) bytes = Buffer.from(value);
  } catch (error) {
    return problem(`can't be read: ${(error as Error).message}`);
  }
  if (bytes && !bytes.includes("-----BEGIN ")) return problem("holds nothing in PEM");
  return bytes;
}
