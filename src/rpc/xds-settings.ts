import { readFileSync } from "node:fs";
import { isIP } from "node:net";
import type { Address } from "../config/kinds.ts";
import { addressName } from "./listener.ts";

/** The variable that names a file with the bootstrap, and the one that holds it: conventions of gRPC in every language. */
const FILE = "GRPC_XDS_BOOTSTRAP";
const INLINE = "GRPC_XDS_BOOTSTRAP_CONFIG";

/** Why no control plane could be asked for the listener of `address`: all of it, as sentences; nothing where one could. */
export function xdsSettingsProblems(address: Address, env: NodeJS.ProcessEnv): string[] {
  return [...addressProblems(address), ...bootstrapProblems(env)];
}

function addressProblems(address: Address): string[] {
  const problems: string[] = [];
  if (isIP(address.host) === 0) problems.push("has a host name");
  if (address.port === 0) problems.push("has port 0");
  return problems.map(
    (problem) =>
      `SLIMMER_GRPC_LISTEN="${addressName(address)}" ${problem}; allowed with SLIMMER_XDS=true: an IP address and a port from 1 to 65535, by which the control plane knows this server`,
  );
}

/** The checks of slimmer-client (src/client/sending/xds-target.ts), and what only a server needs. */
function bootstrapProblems(env: NodeJS.ProcessEnv): string[] {
  const { [FILE]: file, [INLINE]: inline } = env;
  if (!file && !inline) {
    return [
      `SLIMMER_XDS="true" needs an xDS bootstrap: set ${FILE} (a file) or ${INLINE} (its text)`,
    ];
  }
  const name = file ? `${FILE}=${JSON.stringify(file)}` : INLINE;
  let text: string;
  try {
    // The file wins, as in grpc-js.
    text = file ? readFileSync(file, "utf8") : (inline as string);
  } catch (error) {
    return [`${name} can't be read: ${(error as Error).message}`];
  }
  let bootstrap: unknown;
  try {
    bootstrap = JSON.parse(text);
  } catch (error) {
    return [`${name} is no JSON: ${(error as Error).message}`];
  }
  return keyProblems(bootstrap).map((problem) => `${name}: ${problem}`);
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
  {
    key: "server_listener_resource_name_template",
    allowed: "the name of a server's listener, with %s in the place of its address",
    isRight: (value) => isText(value) && String(value).includes("%s"),
  },
];

function keyProblems(bootstrap: unknown): string[] {
  return NEEDS.flatMap(({ key, allowed, isRight }) => {
    const value = key
      .split(".")
      .reduce((place, part) => (isObject(place) ? place[part] : undefined), bootstrap);
    if (isRight(value)) return [];
    return [
      `${key}=${value === undefined ? "(missing)" : JSON.stringify(value)}; allowed: ${allowed}`,
    ];
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
