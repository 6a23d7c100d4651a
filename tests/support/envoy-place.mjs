// Where the tests of the edge find an Envoy. Plain JavaScript, because the tiers ask before anything is built.
import { execFile } from "node:child_process";
import { constants } from "node:fs";
import { access } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";
import { dockerAnswers, hasImage } from "./docker.mjs";

/** The oldest that envoy/envoy.yaml was written for. */
const MIN_VERSION = [1, 40];
const IMAGES = ["envoyproxy/envoy:distroless-v1.40.0", "envoyproxy/envoy:v1.40.0"];

/**
 * The binary that SLIMMER_TEST_ENVOY names, or else that of the PATH, or else the image of a Docker; where there is none,
 * the reason.
 */
export async function envoyPlace(env) {
  const named = env.SLIMMER_TEST_ENVOY;
  const binary = named || (await onPath(env.PATH ?? ""));
  const reason = binary ? await whyNot(binary) : "there is no envoy on the PATH";
  if (!reason) return { binary };
  if (named) return { reason };
  const image = await imageOfDocker();
  return "reason" in image ? { reason: `${reason}, and ${image.reason}` } : image;
}

async function imageOfDocker() {
  if (process.platform !== "linux") return { reason: "a container serves the tests on Linux only" };
  if (!(await dockerAnswers())) return { reason: "no Docker answers" };
  for (const image of IMAGES) if (await hasImage(image)) return { image };
  return { reason: `Docker has no image ${IMAGES[0]} and can't pull it` };
}

async function onPath(path) {
  for (const folder of path.split(delimiter).filter(Boolean)) {
    const file = join(folder, "envoy");
    const isThere = await access(file, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (isThere) return file;
  }
}

async function whyNot(binary) {
  const { stdout } = await promisify(execFile)(binary, ["--version"], { timeout: 30_000 }).catch(
    () => ({ stdout: "" }),
  );
  const match = /\/(\d+)\.(\d+)\.\d+[^/]*\//.exec(stdout);
  if (!match) return `${binary} is no Envoy`;
  const [major, minor] = [Number(match[1]), Number(match[2])];
  const isNew = major > MIN_VERSION[0] || (major === MIN_VERSION[0] && minor >= MIN_VERSION[1]);
  if (!isNew) return `${binary} is Envoy ${major}.${minor}, and ${MIN_VERSION.join(".")} is needed`;
}
