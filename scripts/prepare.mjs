// Brings a fresh clone to the point where dist/ can run: dependencies installed, everything built. Plain JavaScript
// without dependencies, because it runs before there are any.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join, relative } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const INSTALLED = join(ROOT, "node_modules", ".slimmer-installed");
const BUILT = join(ROOT, "dist", ".built");
/** Outside of the clone, which npm ci and the build rewrite; one for each clone and user. */
const LOCK = join(
  tmpdir(),
  `slimmer-prepare-${sha256(`${process.getuid?.()} ${ROOT}`).slice(0, 16)}.lock`,
);
/** What the build reads; proto/dist and dist are what it writes. */
const SOURCES = ["src", "proto"];
/** What else decides what it writes. */
const BUILDERS = ["scripts/build-dashboard.mjs"];
/** What it must have written, beside the notes of the incremental compiler. */
const OUTPUTS = [
  { file: join(ROOT, "dist/cli/index.js"), notes: join(ROOT, "dist/.tsbuildinfo") },
  { file: join(ROOT, "proto/dist/index.js"), notes: join(ROOT, "proto/dist/.tsbuildinfo") },
  {
    file: join(ROOT, "src/client/dist/index.js"),
    notes: join(ROOT, "src/client/dist/.tsbuildinfo"),
  },
  // The page is bundled anew each time.
  { file: join(ROOT, "dist/dashboard/index.html") },
];

/** What went wrong, for a person: the message is all there is to say. */
class PrepareError extends Error {}

/** Installs and builds what is missing or old. Ends the process, with a sentence, when that fails. */
export async function prepare() {
  try {
    requireNode();
    if (isInstalled() && isBuilt()) return;
    const release = await takeLock();
    try {
      if (!isInstalled()) install();
      if (!isBuilt()) build();
    } finally {
      release();
    }
  } catch (error) {
    if (!(error instanceof PrepareError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exit(1);
  }
}

function requireNode() {
  const [major, minor] = process.versions.node.split(".").map(Number);
  if (major > 20 || (major === 20 && minor >= 19)) return;
  throw new PrepareError(
    `slimmer needs Node 20.19 or newer, and this is ${process.versions.node}; install a newer one.`,
  );
}

function isInstalled() {
  return read(INSTALLED) === installStamp() && existsSync(join(ROOT, "node_modules", "typescript"));
}

function installStamp() {
  const manifests = [
    "package-lock.json",
    "package.json",
    "proto/package.json",
    "src/client/package.json",
  ];
  const texts = manifests.map((name) => read(join(ROOT, name)) ?? "");
  const [nodeMajor] = process.versions.node.split(".");
  return sha256([...texts, nodeMajor, process.platform, process.arch].join("\0"));
}

function install() {
  step("installing dependencies (npm ci)");
  rmSync(INSTALLED, { force: true });
  npm(["ci", "--no-audit", "--no-fund", "--include=dev", "--include=optional"], "npm ci failed.");
  writeFileSync(INSTALLED, installStamp());
}

function isBuilt() {
  return read(BUILT) === buildStamp() && OUTPUTS.every(({ file }) => existsSync(file));
}

/** Paths, sizes and times of everything that the build reads, and which dependencies it was built with. */
function buildStamp() {
  const files = SOURCES.flatMap((name) => filesBelow(join(ROOT, name)));
  files.push(...BUILDERS.map((name) => join(ROOT, name)));
  for (const name of readdirSync(ROOT)) {
    if (/^tsconfig.*\.json$/.test(name)) files.push(join(ROOT, name));
  }
  const lines = files.sort().map((file) => {
    const { mtimeMs, size } = statSync(file);
    return `${relative(ROOT, file)} ${mtimeMs} ${size}`;
  });
  return sha256([installStamp(), ...lines].join("\n"));
}

function filesBelow(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) {
      return entry.name === "dist" || entry.name === "node_modules" ? [] : filesBelow(path);
    }
    return entry.isFile() ? [path] : [];
  });
}

function build() {
  step("building");
  rmSync(BUILT, { force: true });
  for (const { file, notes } of OUTPUTS) {
    // The incremental compiler trusts its notes and would write nothing again.
    if (notes && !existsSync(file)) rmSync(notes, { force: true });
  }
  // Taken before: a file that changes during the build makes the next one build again.
  const stamp = buildStamp();
  npm(["run", "build"], "The build failed.");
  mkdirSync(dirname(BUILT), { recursive: true });
  writeFileSync(BUILT, stamp);
}

/** Runs npm quietly: what it says is shown only when it fails. */
function npm(args, sentence) {
  const script = process.env.npm_execpath ?? "";
  const isNpm = basename(script) === "npm-cli.js";
  const [file, first] = isNpm ? [process.execPath, [script]] : ["npm", []];
  const result = spawnSync(file, [...first, ...args], {
    cwd: ROOT,
    encoding: "utf8",
    maxBuffer: 64 << 20,
    stdio: ["ignore", "pipe", "pipe"],
  });
  if (result.status === 0) return;
  const said = result.error?.message ?? `${result.stdout}${result.stderr}`;
  throw new PrepareError(`${said.trimEnd()}\n${sentence}`);
}

/** npm ci and the build rewrite whole folders, so one prepares and the others wait, and find the work done. */
async function takeLock() {
  for (let said = false; ; ) {
    if (createLock()) return () => rmSync(LOCK, { force: true });
    const holder = Number(read(LOCK));
    const age = Date.now() - (statSync(LOCK, { throwIfNoEntry: false })?.mtimeMs ?? Date.now());
    // An hour covers the slowest install; after that its pid belongs to somebody else.
    if (holder && (!isAlive(holder) || age > 3_600_000)) rmSync(LOCK, { force: true });
    else {
      if (!said) step(`waiting for process ${holder}, which installs or builds`);
      said = true;
      await sleep(250);
    }
  }
}

/** Creates the lock with its text in one step, so that nobody reads it empty. */
function createLock() {
  const draft = `${LOCK}.${process.pid}`;
  writeFileSync(draft, String(process.pid));
  try {
    linkSync(draft, LOCK);
    return true;
  } catch (error) {
    if (error.code === "EEXIST") return false;
    throw error;
  } finally {
    rmSync(draft, { force: true });
  }
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === "EPERM";
  }
}

function sha256(text) {
  return createHash("sha256").update(text).digest("hex");
}

function read(file) {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}

function step(text) {
  process.stderr.write(`slimmer: ${text}\n`);
}
