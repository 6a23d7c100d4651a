import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import {
  type EmbeddedOptions,
  type EmbeddedPostgres,
  startEmbeddedPostgres,
} from "../../src/embedded/cluster.ts";
import { postgresProcesses } from "../../src/embedded/postgres-processes.ts";
import { processIdentity } from "../../src/embedded/process-identity.ts";
import { eventually } from "../support/eventually.ts";

const SLOW = 60_000;

let dataDir: string;
let messages: string[];
let running: EmbeddedPostgres[];
let strangers: ChildProcess[];

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), "slimmer-embedded-"));
  // As root, PostgreSQL's own user must be able to enter.
  chmodSync(dataDir, 0o711);
  messages = [];
  running = [];
  strangers = [];
});

afterEach(async () => {
  for (const postgres of running) await postgres.stop();
  for (const { pid } of strangers) process.kill(-(pid as number), "SIGKILL");
  expect(postgresProcesses(folder()).all).toEqual([]);
  rmSync(dataDir, { recursive: true, force: true });
}, SLOW);

const folder = () => join(dataDir, "postgres");

async function start(options: Partial<EmbeddedOptions> = {}): Promise<EmbeddedPostgres> {
  const note = (_facts: object, message: string) => void messages.push(message);
  const log = { info: note, warn: note };
  const postgres = await startEmbeddedPostgres({ dataDir, port: 0, log, ...options });
  running.push(postgres);
  return postgres;
}

async function query(postgres: EmbeddedPostgres, sql: string): Promise<unknown[]> {
  const client = new pg.Client(postgres.url);
  client.on("error", () => undefined);
  await client.connect();
  try {
    return (await client.query({ text: sql, rowMode: "array" })).rows.flat();
  } finally {
    await client.end();
  }
}

/** Starts a process whose parent never asks how it ended, and returns its pid. */
async function startStranger(): Promise<number> {
  const parent = spawn("sh", ["-c", "sleep 600 & echo $!; exec cat"], {
    detached: true,
    stdio: ["pipe", "pipe", "inherit"],
  });
  strangers.push(parent);
  const pid = Number(String((await once(parent.stdout, "data"))[0]));
  // What answers is `cat`: until then the parent is a shell, which would reap its child.
  parent.stdin.write("?");
  await once(parent.stdout, "data");
  return pid;
}

async function becomesZombie(pid: number): Promise<void> {
  process.kill(pid, "SIGKILL");
  await eventually(() => expect(processIdentity(pid)).toBeUndefined());
}

describe("the embedded PostgreSQL", () => {
  test("starts twice on the same data, and keeps password and data to itself", {
    timeout: SLOW,
  }, async () => {
    const first = await start();
    await query(first, "create table notes as select 'kept' as note");
    await first.stop();
    expect(await first.exited).toEqual({ code: 0, signal: null });

    const second = await start();
    expect(await query(second, "select note from notes")).toEqual(["kept"]);
    expect(await query(second, "show data_checksums")).toEqual(["on"]);
    expect(await query(second, "show server_encoding")).toEqual(["UTF8"]);
    expect(await query(second, "show listen_addresses")).toEqual(["127.0.0.1"]);
    expect(await query(second, "show unix_socket_directories")).toEqual([""]);
    expect(statSync(join(dataDir, "password")).mode & 0o777).toBe(0o600);
    expect(statSync(folder()).mode & 0o777).toBe(0o700);
    const wrong = second.url.replace(/:[^:@]+@/, ":guessed@");
    await expect(query({ ...second, url: wrong }, "select 1")).rejects.toThrow(/password/);
  });

  test("creates the database it is asked for, and passes settings on", {
    timeout: SLOW,
  }, async () => {
    const postgres = await start({ database: 'at "home"', settings: { fsync: "off" } });
    expect(await query(postgres, "select current_database()")).toEqual(['at "home"']);
    expect(await query(postgres, "show fsync")).toEqual(["off"]);
  });

  test("carries on after a kill -9, with every committed row", { timeout: SLOW }, async () => {
    const first = await start();
    await query(first, "create table notes as select 'kept' as note");
    process.kill(first.pid, "SIGKILL");
    expect(await first.exited).toEqual({ code: null, signal: "SIGKILL" });

    const second = await start();
    expect(await query(second, "select note from notes")).toEqual(["kept"]);
  });

  test("ends what a killed PostgreSQL left running before it starts again", {
    timeout: SLOW,
  }, async () => {
    const first = await start();
    const client = new pg.Client(first.url);
    client.on("error", () => undefined);
    await client.connect();
    const busy = client
      .query("select count(*) from generate_series(1, 1e12)")
      .catch(() => undefined);
    await eventually(async () => {
      const rows = await query(
        first,
        "select 1 from pg_stat_activity where query like '%generate_series%1e12%' and state = 'active' and pid <> pg_backend_pid()",
      );
      expect(rows).toEqual([1]);
    });
    process.kill(first.pid, "SIGKILL");
    await first.exited;

    const second = await start();
    expect(await query(second, "select 1")).toEqual([1]);
    expect(messages).toContain("stopping an orphaned PostgreSQL on this data");
    await busy;
    await client.end().catch(() => undefined);
  });

  test.each([
    ["a stranger", async () => undefined],
    ["a zombie", becomesZombie],
  ])(
    "removes a lock file whose pid belongs to %s by now",
    { timeout: SLOW },
    async (_who, becomes) => {
      await (await start()).stop();
      const pid = await startStranger();
      await becomes(pid);
      writeFileSync(join(folder(), "postmaster.pid"), `${pid}\n${folder()}\n`);

      const second = await start();
      expect(await query(second, "select 1")).toEqual([1]);
      expect(messages).toContain(
        "removing a stale lock file of PostgreSQL: its pid is no PostgreSQL on this data",
      );
      expect(() => process.kill(pid, 0)).not.toThrow();
    },
  );

  test("says which port is taken and which setting moves it", { timeout: SLOW }, async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
    const { port } = other.address() as { port: number };
    await expect(start({ port })).rejects.toThrow(
      `Port ${port} on 127.0.0.1 is taken by another program; stop that, or set SLIMMER_EMBEDDED_PORT to a free port.`,
    );
    await new Promise((resolve) => other.close(resolve));
    expect((await start({ port })).port).toBe(port);
  });

  test("does a half-finished initialisation again", { timeout: SLOW }, async () => {
    const draft = join(dataDir, "postgres.initdb-half");
    mkdirSync(draft);
    writeFileSync(join(draft, "PG_VERSION"), "18\n");
    const postgres = await start();
    expect(await query(postgres, "select 1")).toEqual([1]);
    expect(existsSync(draft)).toBe(false);
  });

  test("refuses data of another major version in a sentence", { timeout: SLOW }, async () => {
    await (await start()).stop();
    writeFileSync(join(folder(), "PG_VERSION"), "17\n");
    await expect(start()).rejects.toThrow(
      /was made by PostgreSQL 17, and this slimmer brings PostgreSQL 18/,
    );
  });

  test("touches no folder that holds something else", { timeout: SLOW }, async () => {
    mkdirSync(folder());
    writeFileSync(join(folder(), "thesis.txt"), "years of work");
    await expect(start()).rejects.toThrow(/holds files, but no PostgreSQL data/);
    expect(existsSync(join(folder(), "thesis.txt"))).toBe(true);
  });

  test("says which file has the wrong password", { timeout: SLOW }, async () => {
    await (await start()).stop();
    writeFileSync(join(dataDir, "password"), "guessed");
    await expect(start()).rejects.toThrow(
      `The embedded PostgreSQL does not take the password in ${join(dataDir, "password")}; put that file back from a backup.`,
    );
  });

  test("shows PostgreSQL's own words when it does not start", { timeout: SLOW }, async () => {
    await expect(start({ settings: { shared_buffers: "many" } })).rejects.toThrow(
      /PostgreSQL did not start: .*\n.*invalid value for parameter "shared_buffers"/,
    );
  });

  test("gives up a start that is called off, and leaves no process", {
    timeout: SLOW,
  }, async () => {
    const calledOff = AbortSignal.timeout(150);
    await expect(start({ signal: calledOff })).rejects.toThrow();
    expect((await start()).port).toBeGreaterThan(0);
  });
});
