import type { Client, ClientError, ClientOptions } from "slimmer-client";
import { EXIT } from "../../processes/exit-codes.ts";
import { version } from "../../version.ts";
import { note } from "../output/output-option.ts";
import { wrongUsage } from "../usage.ts";
import type { Connection } from "./connection-options.ts";

/** A client of slimmer-client for one system. The package is loaded here, so that `slimmer serve` never loads it. */
export async function openClient(
  connection: Connection,
  options: Partial<ClientOptions> & { systemId: string; command: string },
): Promise<Client> {
  const { getClient } = await import("slimmer-client");
  const { command, ...more } = options;
  return getClient({
    ...clientOptions(connection),
    client: { name: `slimmer ${command}`, version },
    ...more,
  });
}

function clientOptions(connection: Connection): Omit<ClientOptions, "systemId"> {
  const { address, token, tokenFile, spool, timeoutMs } = connection;
  return {
    address,
    connectTimeoutMs: timeoutMs,
    callTimeoutMs: timeoutMs,
    ...tlsOptions(connection),
    ...(tokenFile === undefined ? (token === undefined ? {} : { token }) : { tokenFile }),
    ...(spool === undefined ? {} : { spool }),
  };
}

function tlsOptions({
  tls,
  caFile,
  certFile,
  keyFile,
  authority,
}: Connection): Pick<ClientOptions, "tls"> {
  if (tls === undefined) return {};
  if (!tls) return { tls: false };
  const files = {
    ...(caFile === undefined ? {} : { caFile }),
    ...(certFile === undefined ? {} : { certFile }),
    ...(keyFile === undefined ? {} : { keyFile }),
    ...(authority === undefined ? {} : { serverName: authority }),
  };
  return { tls: Object.keys(files).length === 0 ? true : files };
}

/** Told by its name: comparing with the class would load the package. */
export function isClientError(error: unknown): error is ClientError {
  return error instanceof Error && error.name === "ClientError";
}

/** The exit code of what the client refused, after a sentence about it; errors of usage and others are thrown. */
export function reportClientError(error: unknown): number {
  if (!isClientError(error)) throw error;
  if (error.code === "OPTIONS_INVALID" || error.code === "ACTIVATION_INVALID") {
    const problems = error.fields.map(({ field, problem }) => `${flagOfField(field)} ${problem}`);
    throw wrongUsage(problems.length > 0 ? problems : [error.message], error);
  }
  note(error.message);
  return EXIT.failed;
}

const FLAGS: Record<string, string> = {
  address: "--address",
  systemId: "--system",
  token: "SLIMMER_TOKEN",
  tokenFile: "--token-file",
  "tls.caFile": "--ca",
  "tls.certFile": "--cert",
  "tls.keyFile": "--key",
  "tls.serverName": "--authority",
  spool: "--spool",
  "spool.dir": "--spool",
  callTimeoutMs: "--timeout",
  connectTimeoutMs: "--timeout",
};

/** What the user wrote where the client names its own option. */
function flagOfField(field: string): string {
  return FLAGS[field] ?? field;
}
