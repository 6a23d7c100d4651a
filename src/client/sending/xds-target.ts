import { readFileSync } from "node:fs";
import { type FieldProblem, problemsError } from "../errors.ts";
import { shown } from "../field-checks.ts";

/** The variable that names a file with the bootstrap, and the one that holds it: conventions of gRPC in every language. */
const FILE = "GRPC_XDS_BOOTSTRAP";
const INLINE = "GRPC_XDS_BOOTSTRAP_CONFIG";

/** Whether a control plane says where this target is. `xds:50051` is a port of a host that is called xds. */
export function isXdsTarget(address: string): boolean {
  return /^xds:(?!\d{1,5}$)./.test(address);
}

/**
 * Teaches grpc-js the scheme `xds:`. Loads the package for it, which is large, with the first call only; any number of
 * calls is fine. Rejects with a ClientError (OPTIONS_INVALID) that names everything that is wrong with the bootstrap in
 * `env`, which grpc-js reads once in a process.
 */
export async function registerXds(env: NodeJS.ProcessEnv): Promise<void> {
  const problems = bootstrapProblems(env);
  if (problems.length > 0) throw problemsError("OPTIONS_INVALID", problems);
  registering ??= registerOnce();
  await registering;
}

let registering: Promise<void> | undefined;

async function registerOnce(): Promise<void> {
  const { register } = await import("@grpc/grpc-js-xds");
  register();
  const { XdsClient } = await import("@grpc/grpc-js-xds/build/src/xds-client.js");
  endWithLastWatch(XdsClient.prototype as unknown as Inside);
}

type DiscoveryCall = { cancel(): void; removeAllListeners(event: "status"): void };

/** What is inside the XdsClient of grpc-js-xds 1.14. */
type Inside = {
  clients: { client: { adsCallState: { call: DiscoveryCall } | null } }[];
  cancelResourceWatch(...watch: unknown[]): void;
};

/**
 * When nobody watches any more, the call to the control plane is only half-closed. Where the control plane is away, it
 * would wait for it for ever, and the process would not end.
 */
function endWithLastWatch(xdsClient: Inside): void {
  const { cancelResourceWatch } = xdsClient;
  xdsClient.cancelResourceWatch = function (this: Inside, ...watch) {
    const before = this.clients.map(({ client }) => ({ client, call: client.adsCallState?.call }));
    cancelResourceWatch.apply(this, watch);
    for (const { client, call } of before) {
      if (client.adsCallState || !call) continue;
      // Its end would be taken for that of the call which the next watch begins.
      call.removeAllListeners("status");
      call.cancel();
    }
  };
}

function bootstrapProblems(env: NodeJS.ProcessEnv): FieldProblem[] {
  const { [FILE]: file, [INLINE]: inline } = env;
  if (!file && !inline) {
    const problem = `leads to an xDS control plane, but neither ${FILE} (a file) nor ${INLINE} (its text) says where it is`;
    return [{ field: "address", problem }];
  }
  // The file wins, as in grpc-js.
  const field = file ? FILE : INLINE;
  const place = file ? `${shown(file)} ` : "";
  let text: string;
  try {
    text = file ? readFileSync(file, "utf8") : (inline as string);
  } catch (error) {
    return [{ field, problem: `${place}can't be read: ${(error as Error).message}` }];
  }
  let bootstrap: unknown;
  try {
    bootstrap = JSON.parse(text);
  } catch (error) {
    return [{ field, problem: `${place}is no JSON: ${(error as Error).message}` }];
  }
  return keyProblems(bootstrap).map(({ key, problem }) => ({
    field: `${field}.${key}`,
    problem: file ? `${problem} (in ${shown(file)})` : problem,
  }));
}

type Json = Record<string, unknown>;
type Need = { key: string; allowed: string; isRight(value: unknown): boolean };

const NEEDS: readonly Need[] = [
  {
    key: "xds_servers.0.server_uri",
    allowed: "the control plane's address, for example 127.0.0.1:18000",
    isRight: isText,
  },
  {
    key: "xds_servers.0.channel_creds",
    allowed: `a list with {"type": "insecure"} or {"type": "google_default"} in it`,
    isRight: hasCredentials,
  },
  { key: "node.id", allowed: "a name for this process", isRight: isText },
  { key: "node.locality", allowed: "an object, which may be empty: {}", isRight: isObject },
];

function keyProblems(bootstrap: unknown): { key: string; problem: string }[] {
  return NEEDS.flatMap(({ key, allowed, isRight }) => {
    const value = key
      .split(".")
      .reduce((place, part) => (isObject(place) ? place[part] : undefined), bootstrap);
    return isRight(value) ? [] : [{ key, problem: `must be ${allowed}, not ${shown(value)}` }];
  });
}

function isText(value: unknown): boolean {
  return typeof value === "string" && value !== "";
}

function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null;
}

function hasCredentials(value: unknown): boolean {
  const types = ["insecure", "google_default"];
  return (
    Array.isArray(value) && value.some((one) => isObject(one) && types.includes(String(one.type)))
  );
}
