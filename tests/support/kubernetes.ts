import { run } from "./command.ts";

/** As much of a Kubernetes object as the tests look at. */
export type KubeObject = {
  kind: string;
  metadata: {
    name: string;
    uid: string;
    annotations?: Record<string, string>;
    deletionTimestamp?: string;
  };
  // biome-ignore lint/suspicious/noExplicitAny: each kind has a shape of its own
  spec: any;
  // biome-ignore lint/suspicious/noExplicitAny: as above
  status: any;
  data?: Record<string, string>;
};

export type Namespace = ReturnType<typeof namespace>;

/** The cluster that the tests may use: never the one of the KUBECONFIG that happens to be set. */
export function clusterEnv(): NodeJS.ProcessEnv {
  return { ...process.env, KUBECONFIG: process.env.SLIMMER_TEST_KUBECONFIG };
}

/** kubectl and helm in one namespace of the test cluster. */
export function namespace(name: string) {
  const env = clusterEnv();
  const kubectl = async (...args: string[]) =>
    (await run("kubectl", ["--namespace", name, ...args], { env })).stdout;
  const helm = async (...args: string[]) =>
    (await run("helm", ["--namespace", name, ...args], { env, timeoutMs: 600_000 })).stdout;

  return {
    name,
    kubectl,
    helm,
    /** Made with the Pod Security level `restricted`, enforced. */
    async create(): Promise<void> {
      const manifest = {
        apiVersion: "v1",
        kind: "Namespace",
        metadata: { name, labels: { "pod-security.kubernetes.io/enforce": "restricted" } },
      };
      await run("kubectl", ["apply", "-f", "-"], { env, input: JSON.stringify(manifest) });
    },
    async remove(): Promise<void> {
      await run("kubectl", ["delete", "namespace", name, "--ignore-not-found", "--timeout=120s"], {
        env,
      });
    },
    async get(kind: string, object: string): Promise<KubeObject> {
      return JSON.parse(await kubectl("get", kind, object, "--output=json"));
    },
    async list(kind: string, selector = ""): Promise<KubeObject[]> {
      const text = await kubectl("get", kind, `--selector=${selector}`, "--output=json");
      return JSON.parse(text).items;
    },
    /** The pods of one workload of the chart that run and are not on their way out. */
    async pods(component: string): Promise<KubeObject[]> {
      const pods = await this.list("pods", `app.kubernetes.io/component=${component}`);
      return pods.filter(
        ({ metadata, status }) => status.phase === "Running" && !metadata.deletionTimestamp,
      );
    },
    /** One value from PostgreSQL, as psql prints it. */
    async query(sql: string): Promise<string> {
      const psql = ["psql", "-h", "127.0.0.1", "-U", "slimmer", "-d", "slimmer", "-qAt", "-c", sql];
      const script = `PGPASSWORD=$(cat /etc/slimmer/password/password) exec "$@"`;
      const args = ["slimmer-postgres-0", "--", "sh", "-c", script, "sh", ...psql];
      return (await kubectl("exec", ...args)).trim();
    },
  };
}
