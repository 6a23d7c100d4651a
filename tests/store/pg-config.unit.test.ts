import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { SlimmerError } from "../../src/domain/errors.ts";
import { type DatabaseAddress, databaseConfig } from "../../src/store/pg-config.ts";

function configOf(facts: Partial<DatabaseAddress> = {}) {
  return databaseConfig({
    databaseUrl: undefined,
    databaseHost: "db.example",
    databasePort: 5433,
    databaseName: "name",
    databaseUser: "user",
    databasePassword: "password",
    databaseSslMode: "disable",
    databaseSslCaFile: undefined,
    databaseTimeout: 10_000,
    ...facts,
  });
}

const fromUrl = (databaseUrl: string, facts: Partial<DatabaseAddress> = {}) =>
  configOf({ databaseUrl, ...facts });

/** The sentence with which these settings are refused. */
function refusalOf(read: () => unknown): string {
  try {
    read();
  } catch (error) {
    expect(error).toBeInstanceOf(SlimmerError);
    expect((error as SlimmerError).reason).toBe("FIELDS_INVALID");
    return (error as SlimmerError).message;
  }
  throw new Error("the settings were taken; a refusal was expected");
}

test("the single settings are taken as they are", () => {
  expect(configOf()).toMatchObject({
    host: "db.example",
    port: 5433,
    database: "name",
    user: "user",
    password: "password",
    ssl: false,
  });
});

test("a setting that is absent is left to the defaults of PostgreSQL's clients", () => {
  const config = configOf({ databasePassword: undefined, databaseUser: undefined });
  expect(config).not.toHaveProperty("password");
  expect(config).not.toHaveProperty("user");
});

test("every statement, connection attempt and silence has a bound", () => {
  const config = configOf({ databaseTimeout: 5_000 });
  expect(config).toMatchObject({ connectionTimeoutMillis: 3_000, statement_timeout: 5_000 });
  expect(config.query_timeout).toBeGreaterThan(5_000);
  expect(config.idle_in_transaction_session_timeout).toBeGreaterThan(0);
  expect(config.keepAlive).toBe(true);
});

test("bigints are numbers", () => {
  const types = configOf().types;
  expect(types?.getTypeParser(20, "text")("9007199254740991")).toBe(9_007_199_254_740_991);
  expect(types?.getTypeParser(25, "text")("7")).toBe("7");
});

describe("a URL", () => {
  test("wins over the single settings", () => {
    expect(fromUrl("postgres://u:p@h:6000/d")).toMatchObject({
      host: "h",
      port: 6000,
      database: "d",
      user: "u",
      password: "p",
    });
  });

  test("may leave out port, user and password, and begin with postgresql://", () => {
    const config = fromUrl("postgresql://h/d");
    expect(config).toMatchObject({ host: "h", port: 5432, database: "d" });
    expect(config).not.toHaveProperty("user");
    expect(config).not.toHaveProperty("password");
  });

  test("may hold any character, percent-encoded", () => {
    expect(
      fromUrl("postgres://us%40er:p%2Fa%3Ass%25%20w%C3%B6rd@h/my%20data%2Fbase"),
    ).toMatchObject({ user: "us@er", password: "p/a:ss% wörd", database: "my data/base" });
  });

  test("may name an IPv6 address", () => {
    expect(fromUrl("postgres://u@[2001:db8::1]:5440/d")).toMatchObject({
      host: "2001:db8::1",
      port: 5440,
    });
  });

  test.each([
    ["is no URL", "not a url"],
    ["is no URL", "postgres://h:99999/d"],
    ["does not begin with postgres://", "mysql://u:secret@h/d"],
    ["lacks a host or a database name", "postgres://u:secret@h"],
    ["lacks a host or a database name", "postgres://u:secret@h/"],
    ["lacks a host or a database name", "postgres:///d"],
    ["has sslmode=prefer; allowed: disable,", "postgres://u:secret@h/d?sslmode=prefer"],
    [
      "has parameters that slimmer does not know: connect_timeout, options",
      "postgres://u:secret@h/d?connect_timeout=3&sslmode=require&options=-c",
    ],
    ["has a % that begins no percent-encoding", "postgres://u:secret%zz@h/d"],
    ["has a % that begins no percent-encoding", "postgres://u%E0%A4%A@h/d"],
    ["has a % that begins no percent-encoding", "postgres://u:secret@h/d%"],
  ])("that is wrong is refused in a sentence that does not show it: %s", (problem, url) => {
    const sentence = refusalOf(() => fromUrl(url));
    expect(sentence).toContain(`SLIMMER_DATABASE_URL ${problem}`);
    expect(sentence).toContain("expected postgres://user:password@host:port/name");
    expect(sentence).not.toContain("secret");
  });
});

describe("TLS", () => {
  function caFile(): string {
    const folder = mkdtempSync(join(tmpdir(), "ca-"));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const file = join(folder, "ca.pem");
    writeFileSync(file, "the authorities");
    return file;
  }

  test("is off unless it is asked for", () => {
    expect(fromUrl("postgres://h/d").ssl).toBe(false);
  });

  test("'require' encrypts without a look at the certificate", () => {
    const config = configOf({ databaseSslMode: "require", databaseSslCaFile: caFile() });
    expect(config.ssl).toEqual({ rejectUnauthorized: false });
  });

  test("'verify-ca' checks the certificate, but not its name", () => {
    const { ssl } = configOf({ databaseSslMode: "verify-ca", databaseSslCaFile: caFile() });
    expect(ssl).toMatchObject({ rejectUnauthorized: true, ca: "the authorities" });
    const check = typeof ssl === "object" ? ssl.checkServerIdentity : undefined;
    expect(check?.("another.host", {} as never)).toBeUndefined();
    expect(check).toBeTypeOf("function");
  });

  test("'verify-full' checks both", () => {
    const { ssl } = configOf({ databaseSslMode: "verify-full", databaseSslCaFile: caFile() });
    expect(ssl).toEqual({ rejectUnauthorized: true, ca: "the authorities" });
  });

  test("without a file of authorities those of Node are trusted", () => {
    const { ssl } = configOf({ databaseSslMode: "verify-full" });
    expect(ssl).toEqual({ rejectUnauthorized: true });
  });

  test.each([
    ["require", false],
    ["verify-full", true],
  ])("the URL's sslmode=%s wins over the setting", (mode, rejectUnauthorized) => {
    const { ssl } = fromUrl(`postgres://h/d?sslmode=${mode}`, { databaseSslMode: "disable" });
    expect(ssl).toMatchObject({ rejectUnauthorized });
  });

  test("the URL can turn off what the setting asks for", () => {
    expect(fromUrl("postgres://h/d?sslmode=disable", { databaseSslMode: "require" }).ssl).toBe(
      false,
    );
  });

  test("a file of authorities that can't be read is named", () => {
    const sentence = refusalOf(() =>
      configOf({ databaseSslMode: "verify-ca", databaseSslCaFile: "/nowhere/ca.pem" }),
    );
    expect(sentence).toMatch(
      /^SLIMMER_DATABASE_SSL_CA_FILE=\/nowhere\/ca.pem can't be read: ENOENT/,
    );
  });
});
