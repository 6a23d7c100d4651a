import { join } from "node:path";
import { docker, hasImage } from "./docker.mjs";
import { ROOT, readText } from "./source-files.ts";

const STAND_IN = "slimmer-test/prometheus";

/** PROMETHEUS_IMAGE, or the one that compose names; where Docker can't get that, one is built of Debian's Prometheus. */
export async function prometheusImage(): Promise<string> {
  if (process.env.PROMETHEUS_IMAGE) return process.env.PROMETHEUS_IMAGE;
  const [, named] = /\$\{PROMETHEUS_IMAGE:-([^}]+)\}/.exec(readText("deploy/compose.yaml")) ?? [];
  if (!named) throw new Error("deploy/compose.yaml names no Prometheus");
  if (await hasImage(named)) return named;
  await docker(["build", "-t", STAND_IN, join(ROOT, "tests/support/images/prometheus")]);
  return STAND_IN;
}

/** What `promtool ...args` of that image says; `folder` is its /etc/prometheus. Rejects where it fails. */
export async function promtool(image: string, folder: string, args: readonly string[]) {
  const mount = `${folder}:/etc/prometheus:ro`;
  const container = ["--rm", "--network=none", "--volume", mount, "--entrypoint=/bin/promtool"];
  return docker(["run", ...container, image, ...args], { timeout: 60_000 });
}
