import { randomBytes } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { credentials } from "@grpc/grpc-js";
import { MainClient } from "slimmer-grpc";
import { afterAll, beforeAll } from "vitest";
import { type Namespace, namespace } from "./kubernetes.ts";

const CHART = fileURLToPath(new URL("../../helm/slimmer", import.meta.url));
const VALUES = fileURLToPath(new URL("../cluster/values.yaml", import.meta.url));
const INSTALL_MS = 600_000;

export const GRPC_HOST = "grpc.slimmer.local";
export const WEB_HOST = "slimmer.local";

/** The chart, installed as `slimmer` in a namespace of its own for the tests of a file. */
export type Release = {
  readonly space: Namespace;
  /** Where Envoy is reached from outside of the cluster, as host:port. */
  readonly address: string;
  /** The authority that the chart has made. */
  readonly ca: string;
  readonly caFile: string;
  /** A new client with a connection of its own, through Envoy. */
  connect(): InstanceType<typeof MainClient>;
  /** `helm upgrade --wait` with these values beside those of the tests. */
  upgrade(...values: string[]): Promise<void>;
  /** `helm install --wait`, for those who have uninstalled it. */
  install(): Promise<void>;
};

export function useRelease(): () => Release {
  const space = namespace(`slimmer-test-${randomBytes(3).toString("hex")}`);
  let folder: string;
  let release: Release | undefined;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "release-"));
    await space.create();
    await helm("install");
    const ca = await authority();
    const caFile = join(folder, "ca.crt");
    await writeFile(caFile, ca);
    release = {
      space,
      ca,
      caFile,
      address: await addressOf(space),
      connect: () => connectThrough(release as Release),
      install: () => helm("install"),
      upgrade: (...values) => helm("upgrade", values),
    };
  }, INSTALL_MS);
  afterAll(async () => {
    await space.helm("uninstall", "slimmer", "--ignore-not-found", "--wait").catch(() => {});
    await space.remove();
    await rm(folder, { recursive: true, force: true });
  }, INSTALL_MS);

  async function helm(verb: "install" | "upgrade", values: readonly string[] = []): Promise<void> {
    const more = values.flatMap((value) => ["--set", value]);
    const wait = ["--wait", "--timeout", "5m"];
    try {
      await space.helm(verb, "slimmer", CHART, "--values", VALUES, ...more, ...wait);
    } catch (cause) {
      const seen = await space.kubectl("get", "pods,events", "--output=wide").catch(String);
      throw new Error(`helm ${verb} failed; the namespace has\n${seen}`, { cause });
    }
  }

  async function authority(): Promise<string> {
    const { data } = await space.get("secret", "slimmer-edge-tls");
    return Buffer.from(data?.["ca.crt"] ?? "", "base64").toString("utf8");
  }

  return () => {
    if (!release) throw new Error("the release of useRelease() exists only while tests run");
    return release;
  };
}

/** Where the ports of nodes are reached: 127.0.0.1 where the cluster runs on this machine. */
async function addressOf(space: Namespace): Promise<string> {
  const host = process.env.SLIMMER_TEST_CLUSTER_HOST || "127.0.0.1";
  const { spec } = await space.get("service", "slimmer-envoy");
  return `${host}:${spec.ports[0].nodePort}`;
}

function connectThrough({ address, ca }: Release): InstanceType<typeof MainClient> {
  return new MainClient(address, credentials.createSsl(Buffer.from(ca)), {
    "grpc.ssl_target_name_override": GRPC_HOST,
    "grpc.default_authority": GRPC_HOST,
    // Else clients of one process share a connection.
    "grpc.use_local_subchannel_pool": 1,
    "grpc.initial_reconnect_backoff_ms": 100,
    "grpc.max_reconnect_backoff_ms": 1_000,
  });
}
