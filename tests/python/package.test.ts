import { readFile, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { ServerCredentials, status } from "@grpc/grpc-js";
import pg from "pg";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { SlimmerError } from "../../src/domain/errors.ts";
import { makeCertificate } from "../../src/edge/certificate.ts";
import { newClientAuthority } from "../support/client-certificates.ts";
import { run } from "../support/command.ts";
import { eventually } from "../support/eventually.ts";
import { type PostgresServer, startTemporaryPostgres } from "../support/postgres-server.ts";
import { makePythonPackage, type PythonPackage, runPython } from "../support/python-package.ts";
import {
  forwardingTo,
  otherwiseAgreeing,
  type Script,
  startScriptedServer,
} from "../support/python-scripted-server.ts";
import { childEnv, startServerProcess } from "../support/server-process.ts";
import { ROOT, readText } from "../support/source-files.ts";
import { pythonOf } from "../support/tiers.mjs";

const CLI = join(ROOT, "dist/cli/index.js");
const CLIENT = fileURLToPath(new URL("package_client.py", import.meta.url));
/** In the lines of the README, for a server that `npm start` runs. */
const DEFAULT_ADDRESS = "127.0.0.1:50051";
const UUID_V7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

let built: PythonPackage;
let python: string;
let postgres: PostgresServer;

beforeAll(async () => {
  [built, postgres] = await Promise.all([makePythonPackage(), startTemporaryPostgres()]);
  python = await built.install("python");
  await ask(postgres.url, "create database migrated");
  const env = childEnv({ SLIMMER_DATABASE_URL: urlOf("migrated") });
  await run(process.execPath, [CLI, "migrate", "up"], { env });
}, 300_000);

afterAll(async () => {
  await postgres?.stop();
  await built?.remove();
});

/** What a function of package_client.py has returned. */
async function client(scenario: string, address: string, ...args: string[]) {
  return JSON.parse(await runPython(python, [CLIENT, scenario, address, ...args]));
}

type Serving = Awaited<ReturnType<typeof startServing>>;

/** A `slimmer serve` for the running test, with a database of its own. */
async function startServing(name: string) {
  await ask(postgres.url, `create database ${name} template migrated`);
  const env = { SLIMMER_DATABASE_URL: urlOf(name) };
  let server = await startServerProcess({ command: "serve", env });
  const address = server.addresses.grpc;
  onTestFinished(async () => {
    await server.stop();
  });
  return {
    address,
    rows: (sql: string) => ask(urlOf(name), sql),
    /** Away for a moment, at the same place again. */
    async restart(end: "stop" | "kill") {
      await server[end]();
      server = await startServerProcess({
        command: "serve",
        env: { ...env, SLIMMER_GRPC_LISTEN: address },
      });
    },
  };
}

function urlOf(database: string): string {
  const url = new URL(postgres.url);
  url.pathname = database;
  return url.href;
}

async function ask(url: string, sql: string) {
  const connection = new pg.Client({ connectionString: url });
  await connection.connect();
  try {
    return (await connection.query(sql)).rows;
  } finally {
    await connection.end();
  }
}

/** Every activation with its sensor, in the order of its run; times as Unix microseconds. */
const activationsOf = ({ rows }: Serving) =>
  rows(`
    select activation_id, systems.system_id, runs.run_id, entities.identity, seq::int, attributes,
      (extract(epoch from occurred_at) * 1000000)::bigint::text as occurred_us, flags
    from activations
    join systems using (system_no)
    join runs using (system_no, run_no)
    join entities using (system_no, entity_no)
    order by seq`);

/** Of a Python time like 2026-03-04T05:06:07.890123+05:30; a Date would drop the microseconds. */
function unixMicros(text: string): string {
  const seconds = Date.parse(text.slice(0, 19) + text.slice(26)) / 1_000;
  return `${seconds}${text.slice(20, 26)}`;
}

/** The blocks of a language in proto/README.md. */
function blocksOfReadme(language: string): string[] {
  const blocks = readText("proto/README.md").matchAll(/^```(\w+)\n(.*?)^```$/gms);
  return [...blocks].filter(([, name]) => name === language).map(([, , text = ""]) => text);
}

/** The ten lines of the README as they are, but for the address. */
function linesOfReadme(address: string): string {
  const [lines = ""] = blocksOfReadme("python");
  expect(lines.split(DEFAULT_ADDRESS)).toHaveLength(2);
  return lines.replace(DEFAULT_ADDRESS, address);
}

test("the wheel has the generated code, its types and the client, and nothing else", async () => {
  const files = await built.files();
  const contents = [
    ...["__init__.py", "calls.py", "channel.py", "client.py", "errors.py", "messages.py"],
    ...["refusal.py", "run.py", "uuid7.py", "py.typed"],
    ...["main_pb2.py", "main_pb2.pyi", "main_pb2_grpc.py"],
    ...["reader_pb2.py", "reader_pb2.pyi", "reader_pb2_grpc.py"],
    ...["error_details_pb2.py", "error_details_pb2.pyi"],
  ];
  expect(files.filter((file) => !file.includes(".dist-info/"))).toEqual(
    contents.map((file) => `slimmer_grpc/${file}`).sort(),
  );
  expect(built.wheel).toContain(`slimmer_grpc-${JSON.parse(readText("package.json")).version}-`);
});

test("the lines of the README store an activation once, at its own time", async () => {
  const server = await startServing("readme");
  const beganMs = Date.now();
  const said = await runPython(python, ["-c", linesOfReadme(server.address)]);
  const endedMs = Date.now();
  const rows = await activationsOf(server);
  expect(rows).toEqual([
    {
      activation_id: said.trim(),
      system_id: "greenhouse",
      run_id: expect.stringMatching(UUID_V7),
      identity: "door-1",
      seq: 1,
      attributes: { by: "key 7" },
      occurred_us: expect.stringMatching(/^\d{16}$/),
      flags: 0,
    },
  ]);
  const occurredMs = Number(rows[0].occurred_us) / 1_000;
  expect(occurredMs).toBeGreaterThanOrEqual(beganMs);
  expect(occurredMs).toBeLessThanOrEqual(endedMs);
  const [ended] = await server.rows("select ended_at is not null as ended, end_reason from runs");
  expect(ended).toEqual({ ended: true, end_reason: "" });
});

test("the oldest grpcio and protobuf that the wheel allows will do", async () => {
  const oldest = (await built.requirements()).map((requirement) => {
    const [, name, version] = /^(\w+).*>=([\d.]+)/.exec(requirement) ?? [];
    return `${name}==${version}`;
  });
  expect(oldest.map((pin) => pin.split("==")[0]).sort()).toEqual(["grpcio", "protobuf"]);
  const old = await built.install("oldest", oldest);
  const server = await startScriptedServer(otherwiseAgreeing(() => undefined));
  const said = await runPython(old, ["-c", linesOfReadme(server.address)]);
  const [call] = server.callsOf("new_activation");
  expect(said.trim()).toBe(call?.request.activation_id);
});

test("stubs that are made as the README says work", async () => {
  const [commands = ""] = blocksOfReadme("sh").filter((block) => block.includes("--python_out"));
  const [, program = ""] = blocksOfReadme("python");
  const server = await startScriptedServer(otherwiseAgreeing(() => undefined));
  const script = commands
    .replace(/^pip install .*$/m, `ln -s '${join(ROOT, "proto")}' proto`)
    .replace(/^python /m, `'${pythonOf(process.env)}' `);
  const stubs = join(built.folder, "stubs");
  await run("sh", ["-euc", `mkdir '${stubs}'; cd '${stubs}'; ${script}`]);
  expect(program.split(DEFAULT_ADDRESS)).toHaveLength(2);
  const text = program.replace(DEFAULT_ADDRESS, server.address);
  await writeFile(join(stubs, "ping.py"), text);
  expect(await runPython(pythonOf(process.env), [join(stubs, "ping.py")])).toBe("hello\n");
});

test("a program is checked against the types of the package", async () => {
  const wrong = join(built.folder, "wrong.py");
  const lines = `${linesOfReadme(DEFAULT_ADDRESS)}\nrun.fire("door")\nrun.end(7)\nstored.id\n`;
  await writeFile(wrong, lines);
  const unpacked = join(built.folder, "unpacked");
  await runPython(pythonOf(process.env), ["-m", "zipfile", "-e", built.wheel, unpacked]);
  const mypy = (...args: string[]) =>
    runPython(pythonOf(process.env), ["-m", "mypy", "--strict", "--cache-dir=/dev/null", ...args], {
      cwd: unpacked,
    });
  const complaint = await mypy("--python-executable", python, wrong).then(
    () => "nothing",
    (error: Error) => error.message,
  );
  expect(complaint.match(/wrong\.py:\d+: error: .*\[[\w-]+\]$/gm)).toEqual([
    expect.stringMatching(/"fire" .*\[arg-type\]$/),
    expect.stringMatching(/"end" .*\[arg-type\]$/),
    expect.stringMatching(/"Stored" .*\[attr-defined\]$/),
  ]);
  // Those of protoc leave out the arguments of generic types.
  const generated = /_pb2(_grpc)?\.pyi?$/;
  const own = (await built.files()).filter((file) => /\.py$/.test(file) && !generated.test(file));
  await mypy("--allow-any-generics", "--follow-imports=silent", ...own);
});

test("a run says all that it can", async () => {
  const server = await startServing("day");
  const said = await client("day", server.address);
  const ids = said.stored.map((one: { activation_id: string }) => one.activation_id);
  const stored = { duplicate: false, clock_suspect: false };
  expect(said.stored).toEqual([
    { ...stored, activation_id: expect.stringMatching(UUID_V7), unregistered: false },
    { ...stored, activation_id: expect.stringMatching(UUID_V7), unregistered: false },
    { ...stored, activation_id: expect.stringMatching(UUID_V7), unregistered: true },
  ]);
  expect(said.before).toBe(null);
  expect(said.skew).toBeLessThan(5);
  const closed = { error: "Closed", activation_id: null };
  expect(said.after_end).toMatchObject([closed, { value: null }]);
  expect(said.after_close).toMatchObject(closed);

  const rows = await activationsOf(server);
  expect(rows.map(({ activation_id }) => activation_id)).toEqual(ids);
  expect(rows.map(({ seq }) => seq)).toEqual([1, 2, 3]);
  expect(rows.map(({ identity }) => identity)).toEqual(["door-1", "boiler-1", "door-2"]);
  expect(rows[0].attributes).toEqual({ "opened by": "Änne" });
  expect(rows[1].occurred_us).toBe(unixMicros(said.occurred_at));
  const runs = await server.rows(
    "select run_id, labels, silent_after_ms::int as silent, clock_suspect, end_reason, client_name, client_version, client_host <> '' as has_host from runs",
  );
  expect(runs).toEqual([
    {
      run_id: said.run_id,
      labels: { site: "Örtülü 🌱" },
      silent: 90_500,
      clock_suspect: false,
      end_reason: "",
      client_name: "slimmer-grpc for Python",
      client_version: JSON.parse(readText("package.json")).version,
      has_host: true,
    },
  ]);
});

test("a run that an exception leaves is not ended: slimmer is to notice", async () => {
  const server = await startServing("crash");
  const runId = await client("crash", server.address);
  expect(await server.rows("select run_id, ended_at from runs")).toEqual([
    { run_id: runId, ended_at: null },
  ]);
});

test("nothing is lost, and nothing stored twice, when the server is killed and restarted", async () => {
  const server = await startServing("steady");
  const countRows = async () =>
    (await server.rows("select count(*)::int from activations"))[0].count;
  const working = client("steady", server.address, "4", "400");
  working.catch(() => {}); // it is looked at below, after the restarts
  for (const [end, least] of [
    ["kill", 50],
    ["stop", 500],
    ["kill", 1_000],
  ] as const) {
    await eventually(async () => expect(await countRows()).toBeGreaterThan(least), {
      timeoutMs: 60_000,
    });
    expect(await countRows()).toBeLessThan(1_600);
    await server.restart(end);
  }
  const { run_id, fired } = await working;
  expect(fired).toHaveLength(1_600);
  const rows = await activationsOf(server);
  expect(Object.fromEntries(rows.map((row) => [row.activation_id, row.occurred_us]))).toEqual(
    Object.fromEntries(fired.map(([id, at]: [string, string]) => [id, unixMicros(at)])),
  );
  expect(rows.map(({ seq }) => seq)).toEqual(
    Array.from({ length: 1_600 }, (_, index) => index + 1),
  );
  expect(new Set(rows.map((row) => row.run_id))).toEqual(new Set([run_id]));
});

test("a retry after a lost answer carries the same id, and is told of its first copy", async () => {
  const real = await startServing("lost_answer");
  const forward = forwardingTo(real.address);
  // Two codes that tell nothing of what became of it.
  const lost = [status.UNAVAILABLE, status.CANCELLED];
  const server = await startScriptedServer(async (call) => {
    const answer = await forward(call);
    const code = lost[server.callsOf(call.method).length - 1];
    if (call.method === "ping" || code === undefined) return answer;
    throw { code, details: "the answer is lost" };
  });
  const { first, run_id } = await client("single", server.address);
  const sent = server.callsOf("new_activation").map(({ request }) => request);
  expect(sent).toHaveLength(3);
  expect(sent[1]).toEqual(sent[0]);
  expect(sent[2]).toEqual(sent[0]);
  expect(first.value).toMatchObject({ activation_id: sent[0]?.activation_id, duplicate: true });
  expect(server.callsOf("new_system_run").map(({ request }) => request.run_id)).toEqual(
    Array(3).fill(run_id),
  );
  expect(await activationsOf(real)).toHaveLength(1);
  expect(await real.rows("select run_id from runs")).toEqual([{ run_id }]);
});

test("a deadline that passes is one more try with the same id", async () => {
  let slow = 1;
  const server = await startScriptedServer(
    otherwiseAgreeing(({ method, request }) => {
      if (method !== "new_activation" || slow-- <= 0) return undefined;
      const answer = { success: true, activation_id: request.activation_id };
      return new Promise((resolve) => setTimeout(resolve, 3_000, answer));
    }),
  );
  const { first } = await client("single", server.address, '{"timeout": 0.5}');
  const [one, two] = server.callsOf("new_activation");
  expect(two?.request).toEqual(one?.request);
  expect(first.seconds).toBeGreaterThanOrEqual(0.5);
  expect(first.value.activation_id).toBe(one?.request.activation_id);
});

test("a run that the server has lost is registered again with the same id, and nothing is lost", async () => {
  const one = await startServing("had_it");
  const other = await startServing("lost_it");
  const scripts = { had: forwardingTo(one.address), lost: forwardingTo(other.address) };
  let hasLost = false;
  const server = await startScriptedServer((call) => {
    // The database is an empty one from the first activation on.
    hasLost ||= call.method === "new_activation";
    return (hasLost ? scripts.lost : scripts.had)(call);
  });
  const { run_id, first } = await client("single", server.address);
  expect(server.calls.map(({ method }) => method)).toEqual([
    ...["ping", "new_system_run", "new_activation", "new_system_run", "new_activation"],
  ]);
  const [registered, again] = server.callsOf("new_system_run");
  expect(again?.request).toEqual(registered?.request);
  expect(await activationsOf(other)).toMatchObject([
    { activation_id: first.value.activation_id, run_id, seq: 1, identity: "door-1" },
  ]);
});

test.each(["ping", "end_system_run"])(
  "%s finds a run again that the server has lost",
  async (method) => {
    const one = await startServing(`knew_at_${method}`);
    const other = await startServing(`forgot_at_${method}`);
    const scripts = { had: forwardingTo(one.address), lost: forwardingTo(other.address) };
    let hasLost = false;
    const server = await startScriptedServer((call) => {
      hasLost ||= call.method === method && call.request.system_id === "greenhouse";
      return (hasLost ? scripts.lost : scripts.had)(call);
    });
    const { run_id } = await client("day", server.address);
    expect(await other.rows("select run_id, ended_at is not null as has_ended from runs")).toEqual([
      { run_id, has_ended: true },
    ]);
  },
);

test("bad input is told in full, by the client or the server, and the next call goes on", async () => {
  const server = await startServing("bad_input");
  const said = await client("bad_input", server.address);
  expect(said.client).toMatchObject({
    error: "InvalidInput",
    message:
      "sensor has a category that is 1, and must be a str; attributes has an entry 'a' that is 2, and must be a str; " +
      "occurred_at has no time zone; use datetime.now(timezone.utc), or .astimezone()",
    code: null,
    fields: ["sensor", "attributes", "occurred_at"],
    retryable: false,
    activation_id: null,
  });
  expect(said.server).toMatchObject({
    error: "InvalidInput",
    code: "INVALID_ARGUMENT",
    reason: "FIELDS_INVALID",
    retryable: false,
    activation_id: expect.stringMatching(UUID_V7),
  });
  expect(said.server.fields.slice(0, 3)).toEqual([
    "entity.category",
    "entity.name",
    "entity.identity",
  ]);
  expect(said.server.fields.slice(3).join()).toMatch(/attributes.*attributes/);
  for (const field of said.server.fields) expect(said.server.message).toContain(field);
  expect(said.run).toMatchObject({ error: "InvalidInput", code: null, fields: ["silent_after"] });
  expect(said.twice).toMatchObject({ error: "InvalidInput", fields: ["entities[1]"] });
  expect(said.end).toMatchObject({ error: "InvalidInput", fields: ["reason"] });
  // The one that was refused did happen: it leaves a hole.
  expect(await activationsOf(server)).toMatchObject([
    { activation_id: said.after.activation_id, seq: 2 },
  ]);
});

test("wrong options are told before anything is sent", async () => {
  expect(await client("bad_options", "127.0.0.1:1")).toEqual([
    "InvalidInput: timeout is 0, and must be seconds, 0.001 or more; retry_for is -1, and must be seconds, 0 or more; " +
      "connect_for is 'soon', and must be seconds, 0 or more",
    "InvalidInput: address is 'https://grpc.example.org'; it must be like grpc.example.org:443",
    "InvalidInput: address is 'grpc.example.org'; it must be like grpc.example.org:443",
    "InvalidInput: token would travel to grpc.example.org:443 in clear text; set tls=True, or tls=False to allow it",
    "InvalidInput: token would travel to dns:///grpc.example.org:443 in clear text; set tls=True, or tls=False to allow it",
    expect.stringMatching(/^InvalidInput: token_file can't be read: .*No such file/),
    "InvalidInput: token is empty, or has characters that a header can't hold",
    "InvalidInput: token and token_file exclude each other",
    "InvalidInput: tls is False, which excludes ca_file",
    "InvalidInput: cert_file and key_file belong together; one is missing",
    expect.stringMatching(/^InvalidInput: ca_file can't be read: .*No such file/),
  ]);
});

const wrongEcho: Script = () => ({ message: "something else" });
const unimplemented: Script = () => {
  throw { code: status.UNIMPLEMENTED, details: "no such method" };
};
const denying: Script = () => {
  throw { code: status.UNAUTHENTICATED, details: "the token has expired" };
};

test.each([
  ["sends another echo", wrongEcho, "NotSlimmer", /answered the ping '.*' with 'something else'/],
  ["has no ping", unimplemented, "NotSlimmer", /UNIMPLEMENTED: no such method/],
  ["wants another token", denying, "AccessDenied", /UNAUTHENTICATED: the token has expired/],
])("a server that %s is told from slimmer at once", async (_what, script, error, message) => {
  const server = await startScriptedServer(script);
  const said = await client("opening", server.address);
  expect(said).toMatchObject({ error, message: expect.stringMatching(message), retryable: false });
  expect(said.seconds).toBeLessThan(1);
  expect(server.calls).toHaveLength(1);
});

test("a web server is not taken for slimmer", async () => {
  const server = createServer((_request, response) => response.end("hello"));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  const said = await client("opening", `127.0.0.1:${port}`, '{"connect_for": 1}');
  expect(said).toMatchObject({ error: expect.stringMatching(/^(NotSlimmer|ServerAway)$/) });
  expect(said.message).toContain("http1");
});

test("where nobody listens, the client gives up when it was told to", async () => {
  const said = await client("opening", "127.0.0.1:1", '{"connect_for": 1.5}');
  expect(said).toMatchObject({ error: "ServerAway", code: "UNAVAILABLE", retryable: true });
  expect(said.message).toMatch(
    /^127\.0\.0\.1:1 did not take it in \d+ attempts within 1\.\d s; .*refused/,
  );
  expect(said.seconds).toBeGreaterThan(1.2);
  expect(said.seconds).toBeLessThan(2.5);
});

test("an activation that could not be sent in time is sent later, with the same id", async () => {
  let firstAtMs: number | undefined;
  const server = await startScriptedServer(
    otherwiseAgreeing(({ method, atMs }) => {
      if (method !== "new_activation") return undefined;
      firstAtMs ??= atMs;
      if (atMs - firstAtMs > 1_400) return undefined;
      throw { code: status.UNAVAILABLE, details: "not yet" };
    }),
  );
  const { first, again } = await client("single", server.address, '{"retry_for": 1}');
  expect(first).toMatchObject({ error: "ServerAway", code: "UNAVAILABLE", retryable: true });
  expect(first.seconds).toBeGreaterThan(0.7);
  expect(first.seconds).toBeLessThan(1.6);
  expect(again).toMatchObject([{ value: { activation_id: first.activation_id } }]);
  const ids = server.callsOf("new_activation").map(({ request }) => request.activation_id);
  expect(ids.length).toBeGreaterThan(3);
  expect(new Set(ids)).toEqual(new Set([first.activation_id]));
});

test("what a process kept of an error can be sent in a later run, and is stored once", async () => {
  const real = await startServing("later");
  const forward = forwardingTo(real.address);
  const server = await startScriptedServer((call) => {
    const isFirst = server.callsOf("new_activation").length === 1;
    if (call.method !== "new_activation" || !isFirst) return forward(call);
    throw { code: status.UNAVAILABLE, details: "not yet" };
  });
  const { run_id, stored, nothing } = await client("later", server.address);
  expect(stored).toMatchObject([{ duplicate: false }, { duplicate: true }]);
  expect(await activationsOf(real)).toMatchObject([
    { run_id, activation_id: stored[0].activation_id, seq: 1, attributes: { by: "key 7" } },
  ]);
  expect(nothing).toMatchObject({ error: "InvalidInput", fields: ["activation"] });
});

test("a full server is asked again when it says, and not before", async () => {
  let refusals = 2;
  const server = await startScriptedServer(
    otherwiseAgreeing(({ method }) => {
      if (method !== "new_activation" || refusals-- <= 0) return undefined;
      throw new SlimmerError("STORE_BUSY", "the database is busy", { retryAfterMs: 700 });
    }),
  );
  const { first } = await client("single", server.address);
  expect(first.value.duplicate).toBe(false);
  const [one, two, three] = server.callsOf("new_activation").map(({ atMs }) => atMs) as number[];
  for (const gap of [(two ?? 0) - (one ?? 0), (three ?? 0) - (two ?? 0)]) {
    expect(gap).toBeGreaterThan(695);
    expect(gap).toBeLessThan(1_500);
  }
});

test("a pause longer than the time that is left is not waited for", async () => {
  const server = await startScriptedServer(
    otherwiseAgreeing(({ method }) => {
      if (method !== "new_activation") return undefined;
      throw new SlimmerError("INTAKE_FULL", "the queue is full", { retryAfterMs: 60_000 });
    }),
  );
  const { first } = await client("single", server.address);
  expect(first).toMatchObject({ error: "ServerAway", reason: "INTAKE_FULL" });
  expect(first.code).toBe("RESOURCE_EXHAUSTED");
  expect(first.seconds).toBeLessThan(1);
});

test.each([
  ["RESOURCE_EXHAUSTED without a RetryInfo", new SlimmerError("UNREGISTERED_LIMIT", "too many")],
  ["a conflict", new SlimmerError("RUN_CONFLICT", "other sensors")],
  ["a defect", new SlimmerError("INTERNAL", "a defect")],
])("%s is final", async (_what, refusal) => {
  const server = await startScriptedServer(
    otherwiseAgreeing(({ method }) => {
      if (method !== "new_activation") return undefined;
      throw refusal;
    }),
  );
  const { first } = await client("single", server.address);
  expect(first).toMatchObject({ error: "Refused", reason: refusal.reason, retryable: false });
  expect(server.callsOf("new_activation")).toHaveLength(2); // and once more when it is sent again
});

test("a call that a proxy has reset is repeated", async () => {
  let resets = 1;
  const server = await startScriptedServer(
    otherwiseAgreeing(({ method }) => {
      if (method !== "new_activation" || resets-- <= 0) return undefined;
      throw { code: status.INTERNAL, details: "Received RST_STREAM with error code 2" };
    }),
  );
  const { first } = await client("single", server.address);
  expect(first.value.activation_id).toMatch(UUID_V7);
});

test("a server of 2018 is refused: with it a retry would be a second activation", async () => {
  const server = await startScriptedServer(
    otherwiseAgreeing(({ method }) => (method === "new_system_run" ? { run_id: "1" } : undefined)),
  );
  await expect(client("single", server.address)).rejects.toThrow(/NotSlimmer.*run_id of its own/);
});

test("a token file is read again for each attempt, and a function asked", async () => {
  const server = await startScriptedServer(otherwiseAgreeing(() => undefined));
  const tokenFile = join(built.folder, "token");
  await writeFile(tokenFile, "first\n");
  await runPython(python, [CLIENT, "tokens", server.address, tokenFile]);
  expect(server.calls.map(({ metadata }) => metadata.get("authorization"))).toEqual([
    ...[["Bearer first"], ["Bearer second"], ["Bearer third"], ["Bearer fourth"]],
  ]);
});

test("closing the client ends a call that waits", async () => {
  const server = await startScriptedServer(
    otherwiseAgreeing(({ method }) => {
      if (method !== "new_activation") return undefined;
      throw new SlimmerError("STORE_AWAY", "the database is away", { retryAfterMs: 20_000 });
    }),
  );
  const said = await client("closing", server.address);
  expect(said).toMatchObject({ error: "Closed", activation_id: expect.stringMatching(UUID_V7) });
  expect(said.seconds).toBeLessThan(5);
});

test("TLS: the server must have a certificate of a trusted authority for its name", async () => {
  const dir = join(built.folder, "tls");
  await run("mkdir", [dir]);
  await makeCertificate({ dir, names: ["grpc.test"], renew: false, nowMs: Date.now() });
  const read = (name: string) => readFile(join(dir, name));
  const pair = { cert_chain: await read("tls.crt"), private_key: await read("tls.key") };
  const makers = newClientAuthority("door makers");
  const own = makers.issue({ name: "door-1", uri: "urn:slimmer:door-1" });
  const files = { ca_file: "ca.crt", cert_file: "own.crt", key_file: "own.key" };
  await writeFile(join(dir, files.cert_file), own.cert);
  await writeFile(join(dir, files.key_file), own.key);
  const server = await startScriptedServer(
    otherwiseAgreeing(() => undefined),
    ServerCredentials.createSsl(Buffer.from(makers.pem), [pair], true),
  );
  const open = (options: object) =>
    client("opening", server.address, JSON.stringify({ connect_for: 1, ...options }), dir);
  expect(await open({ ...files, server_name: "grpc.test", token: "secret" })).toMatchObject({
    value: null,
  });
  expect(server.calls.at(-1)?.metadata.get("authorization")).toEqual(["Bearer secret"]);
  const count = server.calls.length;
  for (const wrong of [
    { ...files, server_name: "web.test" },
    { ca_file: files.ca_file, server_name: "grpc.test" },
    { tls: true, server_name: "grpc.test" },
    { tls: false, token: "secret" },
  ]) {
    expect(await open(wrong)).toMatchObject({ error: "ServerAway" });
  }
  expect(server.calls).toHaveLength(count);
});

test("ids are UUIDv7 of their time", async () => {
  for (const [ms, id] of await client("ids", "")) {
    expect(id).toMatch(UUID_V7);
    expect(Number.parseInt(id.replace("-", "").slice(0, 12), 16)).toBe(ms);
  }
});
