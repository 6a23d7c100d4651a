import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { credentials, MainClient } from "slimmer-grpc";
import { afterAll, beforeAll, expect, test } from "vitest";
import { parse } from "yaml";
import { newUuidV7 } from "../../src/domain/uuid.ts";
import { createCaller } from "../support/caller.ts";
import { type ComposeStack, startComposeStack } from "../support/compose-stack.ts";
import { docker } from "../support/docker.mjs";
import { ask } from "../support/edge-calls.ts";
import { eventually } from "../support/eventually.ts";
import { prometheusImage } from "../support/prometheus-image.ts";
import { ROOT, readText } from "../support/source-files.ts";

const run = promisify(execFile);
const IMAGE = "slimmer:dev";
const HOST = "grpc.slimmer.local";
const MINUTE = 60_000;

let folder: string;
let stack: ComposeStack;
/** The certificate of the development CA, and the file that has it. */
let ca: { text: string; file: string };
let edge: string;
let prometheus: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "compose-"));
  await docker(["build", "-t", IMAGE, "--build-arg", "REVISION=test", ROOT]);
  stack = await startComposeStack({
    SLIMMER_IMAGE: IMAGE,
    PROMETHEUS_IMAGE: await prometheusImage(),
  });
  const { stdout } = await run("sh", [join(ROOT, "deploy/certificate.sh")], { env: stack.env });
  ca = { text: stdout, file: join(folder, "ca.crt") };
  await writeFile(ca.file, ca.text);
  edge = await stack.address("envoy", 8443);
  prometheus = `http://${await stack.address("prometheus", 9090)}/api/v1`;
}, 15 * MINUTE);

afterAll(async () => {
  await stack?.down();
  await rm(folder, { recursive: true, force: true });
}, 2 * MINUTE);

test("an activation that is sent to Envoy, by its name and over TLS, is stored", async () => {
  const cli = join(ROOT, "dist/cli/index.js");
  const args = [cli, "smoke", edge, "--ca", ca.file, "--authority", HOST];
  const { stdout } = await eventually(() => run(process.execPath, args), { timeoutMs: MINUTE });
  expect(stdout).toContain("so the first one is stored");
});

test("the dashboard is behind the web host, with what it shows", async () => {
  const door = { port: Number(edge.split(":").at(-1)), ca: ca.text };
  const servername = "slimmer.local";
  const page = await ask(
    door,
    { path: "/systems/smoke", headers: { accept: "text/html" } },
    { servername },
  );
  expect([page.status, page.headers["content-type"]]).toEqual([200, "text/html; charset=utf-8"]);
  const [script] = page.text.match(/\/assets\/[\w-]+\.js/) ?? [];
  expect((await ask(door, { path: script ?? "" }, { servername })).status).toBe(200);
  await eventually(async () => {
    const { status, text } = await ask(door, { path: "/v1/fleet" }, { servername });
    expect([status, Number(JSON.parse(text).fired_count)]).toEqual([200, expect.any(Number)]);
    expect(Number(JSON.parse(text).fired_count)).toBeGreaterThan(0);
  });
});

test("who does not know the CA gets nothing", async () => {
  const cli = join(ROOT, "dist/cli/index.js");
  await expect(
    run(process.execPath, [cli, "ping", edge, "--tls", "--authority", HOST]),
  ).rejects.toThrow(/certificate/);
});

test("Prometheus scrapes every process and Envoy", { timeout: 2 * MINUTE }, async () => {
  type Target = { labels: { job: string }; health: string; lastError: string };
  await eventually(
    async () => {
      const { activeTargets } = await query<{ activeTargets: Target[] }>("targets?state=active");
      const found = activeTargets.map((target) => [
        target.labels.job,
        target.health,
        target.lastError,
      ]);
      expect(found.sort()).toEqual([
        ["prometheus", "up", ""],
        ["slimmer-envoy", "up", ""],
        ["slimmer-keeper", "up", ""],
        ["slimmer-serve", "up", ""],
        ["slimmer-serve", "up", ""],
        ["slimmer-web", "up", ""],
      ]);
    },
    { timeoutMs: MINUTE },
  );
});

test("Prometheus evaluates every rule without an error, and finds nothing to alert of", async () => {
  type Rule = { name: string; health: string; lastError?: string; state?: string };
  const written = parse(readText("deploy/prometheus/rules/slimmer.rules.yml")) as {
    groups: { rules: { record?: string; alert?: string }[] }[];
  };
  const names = written.groups.flatMap(({ rules }) =>
    rules.map((rule) => rule.record ?? rule.alert),
  );
  await eventually(
    async () => {
      const { groups } = await query<{ groups: { rules: Rule[] }[] }>("rules");
      const rules = groups.flatMap((group) => group.rules);
      expect(rules.map((rule) => rule.name).sort()).toEqual(names.sort());
      expect(rules.filter((rule) => rule.health !== "ok")).toEqual([]);
      expect(rules.filter((rule) => rule.state === "firing")).toEqual([]);
    },
    { timeoutMs: MINUTE },
  );
});

test("the metrics of Envoy in the rules are those that Envoy has", async () => {
  const metrics = await query<string[]>("label/__name__/values");
  const text = readText("deploy/prometheus/rules/slimmer.rules.yml");
  const used = [...text.matchAll(/(?<=\()envoy_\w+(?=[[{)])/g)].map(([name]) => name);
  expect(used.length).toBeGreaterThan(5);
  expect(used.filter((name) => !metrics.includes(name))).toEqual([]);
});

test("every container runs without root, capabilities and a writable root", async () => {
  type Container = {
    Name: string;
    Config: { User: string };
    HostConfig: {
      ReadonlyRootfs: boolean;
      Privileged: boolean;
      CapAdd: string[] | null;
      CapDrop: string[];
      SecurityOpt: string[];
    };
  };
  const ids = await stack.containers();
  const containers = JSON.parse(await docker(["inspect", ...ids])) as Container[];
  expect(containers).toHaveLength(10);
  for (const { Name, Config, HostConfig } of containers) {
    expect(Config.User, Name).toMatch(/^[1-9]\d*:[1-9]\d*$/);
    expect(HostConfig, Name).toMatchObject({
      ReadonlyRootfs: true,
      Privileged: false,
      CapAdd: null,
      CapDrop: ["ALL"],
      SecurityOpt: ["no-new-privileges:true"],
    });
  }
});

test("a server that is stopped under calls loses nothing, and ends with 0", async () => {
  const client = new MainClient(edge, credentials.createSsl(Buffer.from(ca.text)), {
    "grpc.ssl_target_name_override": HOST,
    "grpc.default_authority": HOST,
  });
  const { run: register, fire, fireMany } = createCaller(client);
  const { run_id } = await register({ system_id: "compose" });
  const entity = { category: "door", name: "front door", identity: "door-1" };
  const acknowledged: string[] = [];
  let isStopped = false;
  const caller = async () => {
    while (!isStopped) {
      const activation_id = newUuidV7();
      await fire({ system_id: "compose", run_id, entity, activation_id });
      acknowledged.push(activation_id);
    }
  };
  try {
    const [first = ""] = await stack.containers("serve");
    const callers = Promise.all(Array.from({ length: 8 }, caller));
    await eventually(() => expect(acknowledged.length).toBeGreaterThan(100));
    await docker(["stop", "-t", "45", first]).finally(() => {
      isStopped = true;
    });
    await callers;
    const [{ State: ended }] = JSON.parse(await docker(["inspect", first]));
    expect(ended).toMatchObject({ Status: "exited", ExitCode: 0, OOMKilled: false });

    for (let from = 0; from < acknowledged.length; from += 500) {
      const activations = acknowledged
        .slice(from, from + 500)
        .map((activation_id) => ({ entity, activation_id }));
      const { results } = await fireMany({ system_id: "compose", run_id, activations });
      expect(results.filter((result) => !result.duplicate)).toEqual([]);
    }
  } finally {
    isStopped = true;
    client.close();
  }
});

test("the image says what it is, and needs no shell", async () => {
  const [{ Config }] = JSON.parse(await docker(["image", "inspect", IMAGE]));
  expect(Config).toMatchObject({
    User: "1000:1000",
    Cmd: ["serve"],
    Labels: {
      "org.opencontainers.image.title": "slimmer",
      "org.opencontainers.image.revision": "test",
    },
  });
  expect(await docker(["run", "--rm", IMAGE, "--help"])).toContain("Usage: slimmer");
  await expect(docker(["run", "--rm", "--entrypoint", "/bin/sh", IMAGE])).rejects.toThrow(
    /no such file/,
  );
});

async function query<Answer>(path: string): Promise<Answer> {
  const response = await fetch(`${prometheus}/${path}`);
  expect(response.status).toBe(200);
  return ((await response.json()) as { data: Answer }).data;
}
