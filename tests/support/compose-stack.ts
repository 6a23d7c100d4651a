import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { promisify } from "node:util";
import { composeProject } from "./compose-leftovers.mjs";
import { composeCommand, docker } from "./docker.mjs";
import { ROOT } from "./source-files.ts";

const run = promisify(execFile);
const FILE = join(ROOT, "deploy/compose.yaml");

export type ComposeStack = {
  /** What a script needs to mean this stack when it calls compose. */
  readonly env: NodeJS.ProcessEnv;
  /** The ids of a service's containers, or of all; those that have ended are among them. */
  containers(service?: string): Promise<string[]>;
  /** The address on this machine that leads to a port of a service. */
  address(service: string, port: number): Promise<string>;
  logs(): Promise<string>;
  /** Ends and removes everything: containers, networks, volumes. */
  down(): Promise<void>;
};

/** `up` of deploy/compose.yaml, as a project of its own, on ports that Docker chooses. */
export async function startComposeStack(settings: Record<string, string>): Promise<ComposeStack> {
  const [command = "", ...words] = (await composeCommand()) ?? [];
  const project = composeProject(process.env.SLIMMER_TEST_RUN ?? randomBytes(4).toString("hex"));
  const env = {
    ...process.env,
    COMPOSE_PROJECT_NAME: project,
    SLIMMER_HTTPS_PORT: "0",
    SLIMMER_PROMETHEUS_PORT: "0",
    ...settings,
  };
  const compose = async (args: readonly string[]) => {
    const options = { env, maxBuffer: 64 * 1024 * 1024 };
    return (await run(command, [...words, "-f", FILE, ...args], options)).stdout;
  };

  const stack: ComposeStack = {
    env,
    async down() {
      await compose(["down", "--volumes", "--timeout", "10"]);
    },
    logs: () => compose(["logs", "--no-color"]),
    async containers(service) {
      const labels = [`com.docker.compose.project=${project}`];
      if (service) labels.push(`com.docker.compose.service=${service}`);
      const filters = labels.flatMap((label) => ["--filter", `label=${label}`]);
      return (await docker(["ps", "--all", "--quiet", "--no-trunc", ...filters]))
        .split(/\s+/)
        .filter(Boolean);
    },
    async address(service, port) {
      return (await compose(["port", service, String(port)]))
        .trim()
        .replace("0.0.0.0", "127.0.0.1");
    },
  };
  try {
    await compose(["up", "-d"]);
    return stack;
  } catch (cause) {
    const logs = await stack.logs().catch(() => "");
    await stack.down().catch(() => {});
    throw new Error(`compose up failed: ${(cause as Error).message}\n${logs}`, { cause });
  }
}
