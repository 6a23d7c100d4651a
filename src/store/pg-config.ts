import { readFileSync } from "node:fs";
import type { ConnectionOptions } from "node:tls";
import pg from "pg";
import { SlimmerError } from "../domain/errors.ts";

/** Where PostgreSQL is, as the settings say it. */
export type DatabaseAddress = {
  databaseUrl: string | undefined;
  databaseHost: string | undefined;
  databasePort: number;
  databaseName: string | undefined;
  databaseUser: string | undefined;
  databasePassword: string | undefined;
  databaseSslMode: SslMode;
  databaseSslCaFile: string | undefined;
  databaseTimeout: number;
};

export const SSL_MODES = ["disable", "require", "verify-ca", "verify-full"] as const;
export type SslMode = (typeof SSL_MODES)[number];

/**
 * A connection takes milliseconds. An attempt that meets an address whose owner has just gone (a pod that moves) is never
 * answered, and must not keep the next one, which would be, waiting.
 */
const CONNECT_MS = 3_000;

/**
 * The connection configuration for pg. The URL is taken apart here rather than by pg, whose reading of `sslmode`
 * differs from libpq's (it takes `require` for `verify-full`, and lets the URL replace the TLS options).
 * Throws a SlimmerError whose message names the setting.
 */
export function databaseConfig(address: DatabaseAddress): pg.ClientConfig {
  const place = address.databaseUrl ? fromUrl(address.databaseUrl, address) : fromSettings(address);
  const { sslMode, ...where } = place;
  return {
    ...where,
    ssl: sslOptions(sslMode, address.databaseSslCaFile),
    connectionTimeoutMillis: Math.min(address.databaseTimeout, CONNECT_MS),
    statement_timeout: address.databaseTimeout,
    // A server that vanished without a word is noticed by this side too, soon after PostgreSQL itself would have given up.
    query_timeout: address.databaseTimeout + 2_000,
    idle_in_transaction_session_timeout: 60_000,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
    types: NUMBERS_FOR_BIGINT,
  };
}

type Place = Pick<pg.ClientConfig, "host" | "port" | "database" | "user" | "password"> & {
  sslMode: SslMode;
};

function fromSettings(address: DatabaseAddress): Place {
  return withoutUndefined({
    host: address.databaseHost,
    port: address.databasePort,
    database: address.databaseName,
    user: address.databaseUser,
    password: address.databasePassword,
    sslMode: address.databaseSslMode,
  }) as Place;
}

function fromUrl(text: string, address: DatabaseAddress): Place {
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    throw badUrl("is no URL");
  }
  if (url.protocol !== "postgres:" && url.protocol !== "postgresql:") {
    throw badUrl("does not begin with postgres://");
  }
  const sslMode = url.searchParams.get("sslmode") ?? address.databaseSslMode;
  if (!(SSL_MODES as readonly string[]).includes(sslMode)) {
    throw badUrl(`has sslmode=${sslMode}; allowed: ${SSL_MODES.join(", ")}`);
  }
  const others = [...url.searchParams.keys()].filter((name) => name !== "sslmode");
  if (others.length > 0)
    throw badUrl(`has parameters that slimmer does not know: ${others.join(", ")}`);
  const database = decoded(url.pathname.slice(1));
  if (!url.hostname || !database) throw badUrl("lacks a host or a database name");
  return withoutUndefined({
    host: url.hostname.replace(/^\[|\]$/g, ""),
    port: url.port ? Number(url.port) : 5_432,
    database,
    user: decoded(url.username) || undefined,
    password: decoded(url.password) || undefined,
    sslMode: sslMode as SslMode,
  }) as Place;
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw badUrl("has a % that begins no percent-encoding");
  }
}

function badUrl(problem: string): SlimmerError {
  return new SlimmerError(
    "FIELDS_INVALID",
    `SLIMMER_DATABASE_URL ${problem}; expected postgres://user:password@host:port/name`,
  );
}

function sslOptions(mode: SslMode, caFile: string | undefined): ConnectionOptions | false {
  if (mode === "disable") return false;
  if (mode === "require") return { rejectUnauthorized: false };
  const authorities = caFile ? { ca: readCa(caFile) } : {};
  if (mode === "verify-full") return { ...authorities, rejectUnauthorized: true };
  return { ...authorities, rejectUnauthorized: true, checkServerIdentity: () => undefined };
}

function readCa(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (cause) {
    const message = `SLIMMER_DATABASE_SSL_CA_FILE=${file} can't be read: ${(cause as Error).message}`;
    throw new SlimmerError("FIELDS_INVALID", message, { cause });
  }
}

function withoutUndefined<T extends object>(values: T): Partial<T> {
  return Object.fromEntries(
    Object.entries(values).filter(([, value]) => value !== undefined),
  ) as Partial<T>;
}

/** No bigint of ours exceeds 2^53 - 1: numbers, not strings. */
const NUMBERS_FOR_BIGINT: pg.CustomTypesConfig = {
  getTypeParser: ((oid: number, format?: "text" | "binary") =>
    oid === pg.types.builtins.INT8
      ? Number
      : pg.types.getTypeParser(oid, format as "text")) as pg.CustomTypesConfig["getTypeParser"],
};
