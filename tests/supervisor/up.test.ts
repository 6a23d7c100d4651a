import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
} from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import pg from "pg";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { freePort } from "../../bench/support/free-port.ts";
import { startEmbeddedPostgres } from "../../src/embedded/cluster.ts";
import { postgresProcesses } from "../../src/embedded/postgres-processes.ts";
import { processIdentity } from "../../src/embedded/process-identity.ts";
import { eventually } from "../support/eventually.ts";
import { compile } from "./compiled.ts";

const cli = fileURLToPath(new URL("fixtures/cli.mjs", import.meta.url));
const SLOW = { timeout: 90_000 };

type Run = {
  process: ChildProcess;
  pid: number;
  output(): string;
  exited: Promise<number | null>;
};

let compiled: string;
let dataDir: string;
let env: NodeJS.ProcessEnv;
let webPort: number;
let runs: Run[];
/** Every process that any run of this test started. */
let children: Set<number>;

beforeAll(() => {
  compiled = compile(["processes/up.ts", "processes/database.ts", "config/load.ts"]);
}, 60_000);
afterAll(() => rmSync(compiled, { recursive: true, force: true }));

beforeEach(async () => {
  dataDir = realpathSync(mkdtempSync(join(tmpdir(), "slimmer-up-")));
  chmodSync(dataDir, 0o711);
  runs = [];
  children = new Set();
  webPort = await freePort();
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith("SLIMMER_"));
  env = {
    ...Object.fromEntries(inherited),
    PATH: pathWithoutEnvoy(), // tests/edge has the one that is there
    FIXTURE_COMPILED: compiled,
    SLIMMER_DATA_DIR: dataDir,
    SLIMMER_EMBEDDED_PORT: String(await freePort()),
    SLIMMER_GRPC_LISTEN: "0.0.0.0:50051",
    SLIMMER_OPS_LISTEN: "127.0.0.1:9464",
    SLIMMER_WEB_LISTEN: `0.0.0.0:${webPort}`,
  };
});

afterEach(async () => {
  for (const run of runs) {
    run.process.kill("SIGTERM");
    await run.exited;
  }
  await eventually(nothingIsLeft, { timeoutMs: 30_000 });
  rmSync(dataDir, { recursive: true, force: true });
}, 90_000);

function startUp(more: NodeJS.ProcessEnv = {}): Run {
  const child = spawn(process.execPath, [cli, "up"], {
    env: { ...env, ...more },
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
  });
  let text = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (chunk: string) => {
      text += chunk;
    });
  }
  const exited = new Promise<number | null>((resolve) => child.once("close", resolve));
  const run = { process: child, pid: child.pid as number, output: () => text, exited };
  runs.push(run);
  return run;
}

async function untilUp(run: Run): Promise<void> {
  await eventually(
    () => {
      if (run.process.exitCode === null) expect(run.output()).toContain("slimmer is up.");
    },
    { timeoutMs: 60_000 },
  );
  expect(run.output()).toContain("slimmer is up.");
  for (const line of readFileSync(join(dataDir, "up.children"), "utf8").trim().split("\n")) {
    children.add(Number(line.split(" ")[0]));
  }
}

function nothingIsLeft(): void {
  expect(postgresProcesses(join(dataDir, "postgres")).all).toEqual([]);
  expect([...children].filter((pid) => processIdentity(pid) !== undefined)).toEqual([]);
}

function childPid(run: Run, command: string): number {
  const pids = [...children].filter((pid) => {
    const isIt = processIdentity(pid) && commandLine(pid).endsWith(`\0${command}\0`);
    return isIt && run.process.exitCode === null;
  });
  expect(pids).toHaveLength(1);
  return pids[0] as number;
}

function pathWithoutEnvoy(): string {
  const folders = (process.env.PATH ?? "").split(delimiter);
  return folders.filter((folder) => !existsSync(join(folder, "envoy"))).join(delimiter);
}

const commandLine = (pid: number) => readFileSync(`/proc/${pid}/cmdline`, "utf8");

async function starts(): Promise<number> {
  const password = readFileSync(join(dataDir, "password"), "utf8").trim();
  const client = new pg.Client(
    `postgres://slimmer:${password}@127.0.0.1:${env.SLIMMER_EMBEDDED_PORT}/slimmer`,
  );
  await client.connect();
  const { rows } = await client.query("select count(*)::int as n from starts");
  await client.end();
  return rows[0].n;
}

describe("slimmer up", () => {
  test("starts everything, says where it is, and stops it in order on Ctrl-C", SLOW, async () => {
    const run = startUp();
    await untilUp(run);
    await eventually(() => expect(run.output()).toContain("Stop: Ctrl-C\n"));
    const summary = run.output().slice(run.output().indexOf("slimmer is up."));
    expect(summary).toBe(
      [
        "slimmer is up.",
        `  dashboard   http://localhost:${webPort}`,
        "  gRPC        127.0.0.1:50051",
        "  https       none: there is no envoy on the PATH, so no TLS, JSON or grpc-web",
        "  metrics     http://127.0.0.1:9464/metrics (serve), http://127.0.0.1:9465/metrics (keeper), http://127.0.0.1:9467/metrics (web)",
        `  PostgreSQL  127.0.0.1:${env.SLIMMER_EMBEDDED_PORT}, data in ${dataDir}`,
        "Try:  npx slimmer ping",
        "Stop: Ctrl-C",
        "",
      ].join("\n"),
    );

    // As npm does it: the terminal's signal, and the same one again.
    run.process.kill("SIGINT");
    run.process.kill("SIGINT");
    expect(await run.exited).toBe(0);
    nothingIsLeft();
    expect(run.output()).not.toContain("killing");
    const [serve, keeper] = [/serve +\| stopped/, /keeper +\| stopped/].map((line) =>
      run.output().search(line),
    );
    expect(serve).toBeGreaterThan(0);
    expect(keeper).toBeGreaterThan(serve as number);
  });

  test(
    "goes on without a dashboard where its port is taken, or it does not start",
    SLOW,
    async () => {
      const taken = createServer().listen(webPort, "0.0.0.0");
      await once(taken, "listening");
      const first = startUp();
      await untilUp(first);
      expect(first.output()).toContain(
        `  dashboard   none: SLIMMER_WEB_LISTEN=0.0.0.0:${webPort} can't be listened on (EADDRINUSE)\n`,
      );
      first.process.kill("SIGINT");
      expect(await first.exited).toBe(0);
      taken.close();
      await once(taken, "close");

      const second = startUp({ FIXTURE_WEB: "broken" });
      await untilUp(second);
      expect(second.output()).toContain("goes on without the dashboard: ");
      expect(second.output()).toContain("  dashboard   none: it does not start\n");
      expect(second.process.exitCode).toBeNull();
    },
  );

  test("runs once in a data folder, and says who is there", SLOW, async () => {
    const first = startUp();
    await untilUp(first);
    const second = startUp();
    expect(await second.exited).toBe(2);
    expect(second.output()).toBe(
      `slimmer already runs in ${dataDir} as pid ${first.pid}; stop that first, or set SLIMMER_DATA_DIR to another folder.\n`,
    );
  });

  test("leaves no process behind when it is killed, and starts again at once", SLOW, async () => {
    const first = startUp();
    await untilUp(first);
    first.process.kill("SIGKILL");
    await first.exited;
    const second = startUp();
    await untilUp(second);
    expect(await starts()).toBe(2);

    second.process.kill("SIGKILL");
    await second.exited;
    await eventually(nothingIsLeft, { timeoutMs: 30_000 });
  });

  test("brings the database back when its guardian is killed", SLOW, async () => {
    const run = startUp();
    await untilUp(run);
    const [before] = postgresProcesses(join(dataDir, "postgres")).all;
    process.kill(childPid(run, "database"), "SIGKILL");
    await eventually(
      async () => {
        const { postmaster } = postgresProcesses(join(dataDir, "postgres"));
        expect(postmaster).toBeDefined();
        expect(postmaster).not.toBe(before);
        expect(await starts()).toBe(1);
      },
      { timeoutMs: 30_000 },
    );
    expect(run.process.exitCode).toBeNull();
  });

  test("stops with the message of a child whose settings are wrong", SLOW, async () => {
    const run = startUp({ FIXTURE_SERVE: "taken" });
    expect(await run.exited).toBe(2);
    expect(run.output()).toContain(
      "serve does not start:\n  Port 50051 is taken by another program.\n",
    );
  });

  test("kills what does not stop when it is asked again", SLOW, async () => {
    const run = startUp({ FIXTURE_SERVE: "stubborn" });
    await untilUp(run);
    run.process.kill("SIGTERM");
    await eventually(() => expect(run.output()).toMatch(/serve +\| not listening/));
    await eventually(() => {
      run.process.kill("SIGTERM");
      expect(run.output()).toContain("killing the processes that still run");
    });
    expect(await run.exited).toBe(0);
  });

  test("uses the database that the settings name, and no data folder", SLOW, async () => {
    const folder = join(dataDir, "outside");
    const log = { info: () => {}, warn: () => {} };
    const postgres = await startEmbeddedPostgres({ dataDir: folder, port: 0, log });
    try {
      const run = startUp({ SLIMMER_DATABASE_URL: postgres.url });
      await eventually(() => expect(run.output()).toContain("Stop: Ctrl-C"), { timeoutMs: 30_000 });
      expect(run.output()).toContain("  PostgreSQL  the one that the settings name\n");
      expect(readdirSync(dataDir)).toEqual(["outside"]);
      run.process.kill("SIGTERM");
      expect(await run.exited).toBe(0);
    } finally {
      await postgres.stop();
    }
  });

  test("stops while it starts", SLOW, async () => {
    const run = startUp();
    await eventually(() => expect(run.output()).toContain("initialising PostgreSQL"));
    run.process.kill("SIGINT");
    expect(await run.exited).toBe(0);
    expect(run.output()).not.toContain("slimmer is up.");
  });
});
