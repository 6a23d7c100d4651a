import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { flagName, loadSettings, SettingsError, unknownSettings } from "../../src/config/load.ts";
import { SERVE_KEYS, SETTINGS } from "../../src/config/settings.ts";

const KEYS = ["grpcListen", "databaseUrl", "databasePassword", "databasePool", "drain"] as const;

function problemsOf(env: NodeJS.ProcessEnv, flags: Record<string, string> = {}): readonly string[] {
  try {
    loadSettings(KEYS, env, flags);
  } catch (error) {
    expect(error).toBeInstanceOf(SettingsError);
    return (error as SettingsError).problems;
  }
  return [];
}

function fileWith(content: string): string {
  const folder = mkdtempSync(join(tmpdir(), "settings-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, "secret");
  writeFileSync(file, content);
  return file;
}

test("without an environment every setting has its default", () => {
  const settings = loadSettings(SERVE_KEYS, {});
  for (const key of SERVE_KEYS) {
    const { defaultText, parse } = SETTINGS[key];
    const expected = defaultText === undefined ? undefined : parse(defaultText);
    expect(settings[key], key).toEqual(expected);
  }
});

test("a flag wins over the environment, and that over the default", () => {
  const env = { SLIMMER_DATABASE_POOL: "20", SLIMMER_DRAIN: "5s" };
  const settings = loadSettings(KEYS, env, { SLIMMER_DATABASE_POOL: "30" });
  expect(settings).toMatchObject({ databasePool: 30, drain: 5_000, grpcListen: { port: 50_051 } });
});

test("an empty variable is an absent one; an empty flag is a value", () => {
  expect(loadSettings(KEYS, { SLIMMER_DATABASE_POOL: "" }).databasePool).toBe(8);
  expect(problemsOf({}, { SLIMMER_DATABASE_POOL: "" })).toEqual([
    '--database-pool="" is no whole number; allowed: a whole number from 3 to 200',
  ]);
});

test("every problem is told at once, each with the value, its source, and what is allowed", () => {
  const problems = problemsOf(
    { SLIMMER_DATABASE_POOL: "many", SLIMMER_DRAIN: "11m", SLIMMER_DATABASE_URL_FILE: "/nowhere" },
    { SLIMMER_GRPC_LISTEN: "here" },
  );
  expect(problems).toEqual([
    '--grpc-listen="here" is no address; allowed: host:port, for example 127.0.0.1:50051',
    expect.stringMatching(/^SLIMMER_DATABASE_URL_FILE="\/nowhere" can't be read: ENOENT/),
    'SLIMMER_DATABASE_POOL="many" is no whole number; allowed: a whole number from 3 to 200',
    'SLIMMER_DRAIN="11m" is out of range; allowed: a number with a unit (ms, s, m, h, d) from 0s to 10m',
  ]);
  expect(new SettingsError(problems).message).toMatch(/^4 settings are wrong:\n {2}--grpc-listen=/);
  expect(new SettingsError(["it"]).message).toBe("One setting is wrong:\n  it");
});

test("settings that a process did not ask for can't stop it", () => {
  expect(problemsOf({ SLIMMER_INTAKE_MAX_ROWS: "nonsense" })).toEqual([]);
});

describe("a secret", () => {
  test("may come from a file, without the line break at its end", () => {
    const file = fileWith("p@ss word\n");
    const settings = loadSettings(KEYS, { SLIMMER_DATABASE_PASSWORD_FILE: file });
    expect(settings.databasePassword).toBe("p@ss word");
  });

  test("from two places is a problem", () => {
    const env = { SLIMMER_DATABASE_PASSWORD: "hush", SLIMMER_DATABASE_PASSWORD_FILE: "/x" };
    expect(problemsOf(env)).toEqual([
      "SLIMMER_DATABASE_PASSWORD and SLIMMER_DATABASE_PASSWORD_FILE are both set; set one of them",
    ]);
  });

  test("from a file may stand beside an empty variable", () => {
    const env = {
      SLIMMER_DATABASE_PASSWORD: "",
      SLIMMER_DATABASE_PASSWORD_FILE: fileWith("hush"),
    };
    expect(loadSettings(KEYS, env).databasePassword).toBe("hush");
  });

  test("from an empty file is a problem, not an absent one", () => {
    const file = fileWith("\n");
    expect(problemsOf({ SLIMMER_DATABASE_URL_FILE: file })).toEqual([
      `SLIMMER_DATABASE_URL_FILE=${JSON.stringify(file)} is empty`,
    ]);
  });

  test("from a folder is a problem", () => {
    expect(problemsOf({ SLIMMER_DATABASE_URL_FILE: tmpdir() })).toEqual([
      expect.stringContaining("can't be read: EISDIR"),
    ]);
  });

  test("is never printed", () => {
    const env = { SLIMMER_DATABASE_PASSWORD: "hush", SLIMMER_DATABASE_URL: "hush hush" };
    const problems = problemsOf({ ...env, SLIMMER_DATABASE_POOL: "x" });
    expect(problems.join()).not.toContain("hush");
  });

  test("is never a file for a setting that is none", () => {
    const file = fileWith("30");
    expect(loadSettings(KEYS, { SLIMMER_DATABASE_POOL_FILE: file }).databasePool).toBe(8);
    expect(unknownSettings({ SLIMMER_DATABASE_POOL_FILE: file })).toEqual([
      "SLIMMER_DATABASE_POOL_FILE",
    ]);
  });
});

test("the flag of a setting is its name in small letters", () => {
  expect(flagName("SLIMMER_GRPC_LISTEN")).toBe("grpc-listen");
  expect(flagName("SLIMMER_DATABASE_SSL_CA_FILE")).toBe("database-ssl-ca-file");
});

describe("names that look like settings", () => {
  test("and are none are told", () => {
    const names = ["SLIMMER_DATABSE_URL", "SLIMMER_GRPC_LISTEN_FILE", "SLIMMER_DATABASE_PORTS"];
    const env = Object.fromEntries(names.map((name) => [name, "x"]));
    expect(unknownSettings({ ...env, PATH: "/bin", slimmer_drain: "5s" })).toEqual(names);
  });

  test("and are settings, or of the tests, are not", () => {
    const names = Object.values(SETTINGS).flatMap(({ env, isSecret }) =>
      isSecret ? [env, `${env}_FILE`] : [env],
    );
    const env = Object.fromEntries([...names, "SLIMMER_TEST_REQUIRE"].map((name) => [name, "x"]));
    expect(unknownSettings(env)).toEqual([]);
  });

  test("and are Kubernetes' links to Services are not", () => {
    const env = Object.fromEntries(
      [
        "SLIMMER_SERVICE_HOST",
        "SLIMMER_SERVICE_PORT",
        "SLIMMER_SERVICE_PORT_GRPC",
        "SLIMMER_PORT",
        "SLIMMER_PORT_50051_TCP",
        "SLIMMER_PORT_50051_TCP_ADDR",
        "SLIMMER_SERVE_SERVICE_HOST",
        "SLIMMER_SERVE_PORT_50051_TCP_PROTO",
        "SLIMMER_POSTGRES_PORT",
      ].map((name) => [name, "tcp://10.0.0.1:50051"]),
    );
    expect(unknownSettings(env)).toEqual([]);
  });
});
