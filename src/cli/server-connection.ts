import { X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { type ChannelCredentials, type ServiceError, status } from "@grpc/grpc-js";
import type { Command } from "commander";
import {
  type Activation,
  type ActivationResponseOutput,
  credentials,
  MainClient,
  type Ping,
  type PongOutput,
  type SystemRun,
  type SystemRunEnd,
  type SystemRunEndResponseOutput,
  type SystemRunResponseOutput,
} from "slimmer-grpc";
import { SlimmerError } from "../domain/errors.ts";

/** What the command line says about the way to a server. */
export type ConnectionOptions = {
  tls?: boolean;
  ca?: string;
  authority?: string;
  timeout: string;
};

/** The address and the options of every command that calls a server. */
export function addConnectionOptions(command: Command): Command {
  return command
    .argument("[address]", "host:port of the server", "127.0.0.1:50051")
    .option("--tls", "encrypt, and check the server's certificate")
    .option(
      "--ca <file>",
      "PEM file with the authorities to trust, instead of those of Node; implies --tls",
    )
    .option(
      "--authority <name>",
      "name of the server, where the address has another or none; implies --tls",
    );
}

type Calls = {
  ping: { request: Ping; response: PongOutput };
  new_system_run: { request: SystemRun; response: SystemRunResponseOutput };
  new_activation: { request: Activation; response: ActivationResponseOutput };
  end_system_run: { request: SystemRunEnd; response: SystemRunEndResponseOutput };
};

export type ServerConnection = {
  /** Rejects with the ServiceError of grpc-js, also when the timeout of one call is over. */
  call<Name extends keyof Calls>(
    name: Name,
    request: Calls[Name]["request"],
  ): Promise<Calls[Name]["response"]>;
  close(): void;
};

/** Connects with the first call. Throws a SlimmerError (FIELDS_INVALID) that names the wrong option. */
export function connectToServer(address: string, options: ConnectionOptions): ServerConnection {
  const timeoutMs = parseTimeout(options.timeout);
  const { authority } = options;
  const client = new MainClient(
    address,
    credentialsFor(options),
    authority === undefined
      ? {}
      : { "grpc.ssl_target_name_override": authority, "grpc.default_authority": authority },
  );
  return {
    call: <Name extends keyof Calls>(name: Name, request: Calls[Name]["request"]) =>
      new Promise<Calls[Name]["response"]>((resolve, reject) => {
        const method = client[name] as (
          request: Calls[Name]["request"],
          options: { deadline: number },
          callback: (error: ServiceError | null, response: unknown) => void,
        ) => void;
        method.call(client, request, { deadline: Date.now() + timeoutMs }, (error, response) =>
          error ? reject(error) : resolve(response as Calls[Name]["response"]),
        );
      }),
    close: () => client.close(),
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

function parseTimeout(text: string): number {
  const ms = Number(text);
  if (Number.isInteger(ms) && ms >= 1) return ms;
  throw wrongOption(`--timeout=${text} must be a whole number of milliseconds`);
}

function credentialsFor({ tls, ca, authority }: ConnectionOptions): ChannelCredentials {
  if (ca !== undefined) return credentials.createSsl(readAuthorities(ca));
  return tls || authority !== undefined ? credentials.createSsl() : credentials.createInsecure();
}

function readAuthorities(file: string): Buffer {
  let pem: Buffer;
  try {
    pem = readFileSync(file);
  } catch (cause) {
    throw wrongOption(`--ca=${file} can't be read: ${(cause as Error).message}`, cause);
  }
  try {
    // TLS takes a file without certificates for one that trusts nobody, and says so with the first call.
    new X509Certificate(pem);
  } catch (cause) {
    throw wrongOption(`--ca=${file} holds no certificate in PEM`, cause);
  }
  return pem;
}

function wrongOption(message: string, cause?: unknown): SlimmerError {
  return new SlimmerError("FIELDS_INVALID", message, { cause });
}
