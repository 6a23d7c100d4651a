import { X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { type ChannelCredentials, type Client, type ServiceError, status } from "@grpc/grpc-js";
import {
  type Activation,
  type ActivationBatch,
  type ActivationBatchResponseOutput,
  type ActivationResponseOutput,
  credentials,
  MainClient,
  type Metadata,
  type Ping,
  type PongOutput,
  type SystemRun,
  type SystemRunEnd,
  type SystemRunEndResponseOutput,
  type SystemRunResponseOutput,
} from "slimmer-grpc";
import { wrongUsage } from "../usage.ts";
import type { Connection } from "./connection-options.ts";
import { isLoopback } from "./target.ts";
import { callMetadata } from "./token.ts";

type Calls = {
  ping: { request: Ping; response: PongOutput };
  new_system_run: { request: SystemRun; response: SystemRunResponseOutput };
  new_activation: { request: Activation; response: ActivationResponseOutput };
  new_activations: { request: ActivationBatch; response: ActivationBatchResponseOutput };
  end_system_run: { request: SystemRunEnd; response: SystemRunEndResponseOutput };
};

/** Calls of the contract, one at a time: for what slimmer-client has no need of. */
export type ServerConnection = {
  /** Rejects with the ServiceError of grpc-js, also when the timeout of one call is over. */
  call<Name extends keyof Calls>(
    name: Name,
    request: Calls[Name]["request"],
    options?: { onHeaders?: (headers: Metadata) => void },
  ): Promise<Calls[Name]["response"]>;
  /** The client of grpc-js, and what goes with a call that is made now: for calls beyond the contract. */
  readonly raw: Client;
  metadata(): Metadata;
  close(): void;
};

/** Connects with the first call. Throws an error of usage that names every wrong option. */
export function connectToServer(connection: Connection): ServerConnection {
  const { timeoutMs } = connection;
  const { address, credentials, options, metadata } = channelOf(connection);
  const client = new MainClient(address, credentials, options);
  return {
    call: <Name extends keyof Calls>(
      name: Name,
      request: Calls[Name]["request"],
      { onHeaders }: { onHeaders?: (headers: Metadata) => void } = {},
    ) =>
      new Promise<Calls[Name]["response"]>((resolve, reject) => {
        const method = client[name] as (
          request: Calls[Name]["request"],
          metadata: Metadata,
          options: { deadline: number },
          callback: (error: ServiceError | null, response: unknown) => void,
        ) => NodeJS.EventEmitter;
        const options = { deadline: Date.now() + timeoutMs };
        const call = method.call(client, request, metadata(), options, (error, response) =>
          error ? reject(error) : resolve(response as Calls[Name]["response"]),
        );
        if (onHeaders) call.on("metadata", onHeaders);
      }),
    raw: client,
    metadata,
    close: () => client.close(),
  };
}

/** What a client of grpc-js is made with, and what goes with a call that is made now. */
export type Channel = {
  readonly address: string;
  readonly credentials: ChannelCredentials;
  readonly options: Record<string, string>;
  metadata(): Metadata;
};

/** Throws an error of usage that names every wrong option. */
export function channelOf(connection: Connection): Channel {
  const { address, authority } = connection;
  if (address.startsWith("xds:")) {
    throw wrongUsage([
      `the address ${address} is one of xDS, which this command can't follow; give the host:port of one server`,
    ]);
  }
  requireSafeToken(connection);
  const options: Record<string, string> =
    authority === undefined
      ? {}
      : { "grpc.ssl_target_name_override": authority, "grpc.default_authority": authority };
  return {
    address,
    credentials: credentialsFor(connection),
    options,
    metadata: callMetadata(connection),
  };
}

/** "UNAVAILABLE: why" for the refusal of a call; whatever else was thrown is thrown again. */
export function refusalText(error: unknown): string {
  const { code, details } = error as Partial<ServiceError>;
  if (typeof code !== "number" || typeof details !== "string") throw error;
  return `${status[code] ?? "UNKNOWN"}: ${details}`;
}

/** How long ago `startedAt` (of performance.now) was, for people. */
export function timeSince(startedAt: number): string {
  return `${(performance.now() - startedAt).toFixed(1)} ms`;
}

/** A token in the clear is a token for everybody on the way. */
function requireSafeToken({ token, tls, address }: Connection): void {
  if (token === undefined || tls !== undefined || isLoopback(address)) return;
  throw wrongUsage([
    `the token would travel to ${address} in the clear; give --tls, or --no-tls if that is meant`,
  ]);
}

function credentialsFor({ tls, caFile, certFile, keyFile }: Connection): ChannelCredentials {
  if (!tls) return credentials.createInsecure();
  const problems: string[] = [];
  const read = (name: string, file: string | undefined, isCertificate: boolean) => {
    if (file === undefined) return null;
    let pem: Buffer;
    try {
      pem = readFileSync(file);
    } catch (error) {
      problems.push(`${name}=${file} can't be read: ${(error as Error).message}`);
      return null;
    }
    // TLS takes a file without certificates for one that trusts nobody, and says so with the first call.
    if (isCertificate && !holdsCertificate(pem)) {
      problems.push(`${name}=${file} holds no certificate in PEM`);
    }
    return pem;
  };
  const ca = read("--ca", caFile, true);
  const key = read("--key", keyFile, false);
  const cert = read("--cert", certFile, true);
  if (problems.length > 0) throw wrongUsage(problems);
  return credentials.createSsl(ca, key, cert);
}

function holdsCertificate(pem: Buffer): boolean {
  try {
    new X509Certificate(pem);
    return true;
  } catch {
    return false;
  }
}
