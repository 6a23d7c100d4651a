import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { join } from "node:path";
import { beforeAll, describe, expect, onTestFinished, test, vi } from "vitest";
import { flagOf } from "../../src/config/load.ts";
import {
  KEEPER_KEYS,
  MIGRATE_KEYS,
  SERVE_KEYS,
  SETTINGS,
  type SettingKey,
  UP_KEYS,
  WEB_KEYS,
} from "../../src/config/settings.ts";
import { ENTRY, slimmer } from "../support/slimmer-command.ts";
import { ROOT, readText } from "../support/source-files.ts";

// Each of these is a process of its own, beside those of other tests.
vi.setConfig({ testTimeout: 30_000 });

/** A port that was free a moment ago: nobody listens there. */
let deadPort = 0;
beforeAll(async () => {
  if (!existsSync(join(ROOT, ENTRY))) throw new Error(`there is no ${ENTRY}: npm run build`);
  deadPort = await unusedPort();
});

async function unusedPort(): Promise<number> {
  const server: Server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Commander breaks its lines where the terminal ends. */
const joined = (text: string) => text.replace(/\s+/g, " ");

describe("--help", () => {
  /** What every command has that talks to a server. */
  const WAY: SettingKey[] = [
    "address",
    "token",
    "tls",
    "tlsCa",
    "tlsCert",
    "tlsKey",
    "authority",
    "timeout",
  ];

  const COMMANDS: [string, readonly SettingKey[]][] = [
    ["up", UP_KEYS],
    ["serve", SERVE_KEYS],
    ["web", WEB_KEYS],
    ["keeper", KEEPER_KEYS],
    ["migrate up", MIGRATE_KEYS],
    ["migrate status", MIGRATE_KEYS],
    ["ping", [...WAY, "system"]],
    ["run", [...WAY, "system", "spool"]],
    ["run end", [...WAY, "system", "run"]],
    ["fire", [...WAY, "system", "run", "spool"]],
    ["exec", [...WAY, "system", "spool"]],
    ["spool drain", [...WAY, "system"]],
    ["systems", WAY],
    ["runs", WAY],
    ["sensors", WAY],
    ["activations", WAY],
    ["watch", WAY],
    ["export", WAY],
    ["doctor", [...WAY, "system", "spool"]],
    ["demo", WAY],
  ];

  test.each(COMMANDS)("of %s names each of its settings, and no other", async (command, keys) => {
    const { code, stdout, stderr } = await slimmer([...command.split(" "), "--help"]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    for (const key of Object.keys(SETTINGS) as SettingKey[]) {
      const setting = SETTINGS[key];
      const { env, isSecret, summary } = setting;
      const isNamed = new RegExp(`\\b${env}\\b`).test(stdout);
      expect(isNamed, env).toBe(keys.includes(key));
      if (!isNamed) continue;
      expect(joined(stdout)).toContain(joined(summary));
      expect(new RegExp(`^ +--${flagOf(setting)}( <|  )`, "m").test(stdout), env).toBe(!isSecret);
      if (isSecret) expect(stdout).toContain(`${env}_FILE`);
    }
  });

  test("of slimmer names its commands and exit codes, and hides the inner ones", async () => {
    const { code, stdout } = await slimmer(["--help"]);
    expect(code).toBe(0);
    const commands = "up serve web keeper migrate edge run fire exec spool ping smoke doctor demo";
    const reading = "systems runs sensors activations watch export";
    for (const command of `${commands} ${reading} completion`.split(" ")) {
      expect(stdout).toMatch(new RegExp(`^ {2}${command}\\b`, "m"));
    }
    expect(stdout).toContain("Exit codes: 0 done, 1 failed");
    expect(stdout).not.toMatch(/^ {2}database\b/m);
  });
});

test("--version is that of the package", async () => {
  const { version } = JSON.parse(readText("package.json")) as { version: string };
  expect(await slimmer(["--version"])).toEqual({ code: 0, stdout: `${version}\n`, stderr: "" });
});

describe("a wrong command line", () => {
  test.each([
    [["serv"], "unknown command 'serv'"],
    [["serve", "--grpc-lisen=0.0.0.0:1"], "unknown option '--grpc-lisen=0.0.0.0:1'"],
    [["serve", "--grpc-listen"], "argument missing"],
    [["serve", "extra"], "too many arguments"],
    [["keeper", "--grpc-listen=0.0.0.0:1"], "unknown option"],
    [["serve", "--database-url=postgres://h/d"], "unknown option"],
    [["migrate", "sideways"], "unknown command"],
    [["migrate"], "Usage: slimmer migrate"],
    [[], "Usage: slimmer"],
  ])("%j ends with 2, and says why", async (words, reason) => {
    const { code, stdout, stderr } = await slimmer(words);
    expect(stderr).toContain(reason);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).not.toMatch(/\n\s+at /);
  });
});

describe("wrong settings", () => {
  test("end with 2 and every problem", async () => {
    const { code, stdout, stderr } = await slimmer(["serve", "--drain=never"], {
      SLIMMER_GRPC_LISTEN: "here",
      SLIMMER_DATABASE_POOL: "0",
      SLIMMER_DATABASE_PASSWORD: "hush",
      SLIMMER_DATABASE_PASSWORD_FILE: "/x",
    });
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr.split("\n")).toEqual([
      "slimmer: 4 settings are wrong:",
      expect.stringMatching(/^ {2}SLIMMER_DATABASE_PASSWORD and .* are both set/),
      expect.stringMatching(/^ {2}SLIMMER_DATABASE_POOL="0" is out of range/),
      expect.stringMatching(/^ {2}SLIMMER_GRPC_LISTEN="here" is no address/),
      expect.stringMatching(/^ {2}--drain="never" is no duration/),
      "",
    ]);
  });

  test("of the database's URL end with 2, and don't show it", async () => {
    const url = "mysql://u:hush@h/d";
    const { code, stderr } = await slimmer(["migrate", "up"], { SLIMMER_DATABASE_URL: url });
    expect(code).toBe(2);
    expect(stderr).toMatch(/^slimmer: SLIMMER_DATABASE_URL does not begin with postgres:\/\/.*\n$/);
    expect(stderr).not.toContain("hush");
  });

  test("that look misspelt are warned of", async () => {
    const env = { SLIMMER_DATABSE_URL: "x", SLIMMER_GRPC_LISTEN: "here" };
    const { stderr } = await slimmer(["serve"], env);
    expect(stderr).toMatch(
      /^slimmer: warning: SLIMMER_DATABSE_URL is no setting of slimmer; see docs\/settings.md\n/,
    );
  });
});

describe("without a database", () => {
  const env = () => ({
    SLIMMER_DATABASE_URL: `postgres://u:hush@127.0.0.1:${deadPort}/d`,
    SLIMMER_GRPC_LISTEN: "127.0.0.1:0",
    SLIMMER_OPS_LISTEN: "127.0.0.1:0",
    SLIMMER_LOG_LEVEL: "fatal",
  });

  test.each(["serve", "keeper", "migrate up", "migrate status"])(
    "%s ends with 1 and one sentence",
    async (command) => {
      const { code, stdout, stderr } = await slimmer(command.split(" "), env());
      expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
      expect(stderr).toMatch(
        /^slimmer: can't reach PostgreSQL \(connect ECONNREFUSED 127.0.0.1:\d+\): is it running, .*\n$/,
      );
      expect(stderr).not.toContain("hush");
    },
  );

  test("migrate up waits as long as it may, and says so once", async () => {
    const words = ["migrate", "up", "--database-wait=500ms", "--log-level=info"];
    const { code, stdout, stderr } = await slimmer(words, env());
    expect(code).toBe(1);
    expect(stdout.trim().split("\n")).toEqual([
      expect.stringContaining("PostgreSQL does not answer yet; waiting for it"),
    ]);
    expect(stderr).toMatch(/^slimmer: can't reach PostgreSQL \(connect ECONNREFUSED .*\n$/);
  });

  test.each(["SIGTERM", "SIGINT"] as const)(
    "a migrate up that waits ends with %s",
    async (signal) => {
      const child = spawn(process.execPath, [ENTRY, "migrate", "up", "--database-wait=1h"], {
        cwd: ROOT,
        env: { ...env(), SLIMMER_LOG_LEVEL: "warn" },
      });
      onTestFinished(() => void child.kill("SIGKILL"));
      const ended = once(child, "exit");
      await once(child.stdout, "data");
      child.kill(signal);
      expect(await ended).toEqual([1, null]);
    },
  );

  test.each(["serve", "keeper"])(
    "%s that waits for its database says that it starts, and ends when it is told to",
    async (command) => {
      const opsPort = await unusedPort();
      const child = spawn(process.execPath, [ENTRY, command, "--database-wait=1h"], {
        cwd: ROOT,
        env: { ...env(), SLIMMER_OPS_LISTEN: `127.0.0.1:${opsPort}`, SLIMMER_LOG_LEVEL: "warn" },
      });
      onTestFinished(() => void child.kill("SIGKILL"));
      const ended = once(child, "exit");
      await once(child.stdout, "data");
      const answer = await fetch(`http://127.0.0.1:${opsPort}/readyz`);
      expect(answer.status).toBe(503);
      expect(await answer.text()).toContain("- starting");
      expect((await fetch(`http://127.0.0.1:${opsPort}/livez`)).status).toBe(200);
      child.kill("SIGTERM");
      expect(await ended).toEqual([0, null]);
    },
  );

  test("under a name of several addresses it is the same sentence", async () => {
    const url = `postgres://u@localhost:${deadPort}/d`;
    const { code, stderr } = await slimmer(["migrate", "status"], { SLIMMER_DATABASE_URL: url });
    expect(code).toBe(1);
    expect(stderr).toMatch(/^slimmer: can't reach PostgreSQL \(.*ECONNREFUSED.*\): .*\n$/);
  });
});

describe("ping", () => {
  test("where nobody answers ends with 1 and one sentence", async () => {
    const { code, stdout, stderr } = await slimmer(["ping", `127.0.0.1:${deadPort}`]);
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toMatch(/^slimmer: 127\.0\.0\.1:\d+ did not answer: UNAVAILABLE: .*\n$/);
  });

  test("where somebody takes the call and never answers ends after the timeout", async () => {
    const silent = createServer();
    await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => void silent.close());
    const { port } = silent.address() as { port: number };
    const { code, stderr } = await slimmer(["ping", `127.0.0.1:${port}`, "--timeout=200"]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^slimmer: 127\.0\.0\.1:\d+ did not answer: [A-Z_]+: .*\n$/);
  });
});
