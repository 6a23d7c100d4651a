/** Where a name and a port lead to; undefined for targets of gRPC that are more than that (unix:, xds:). */
export type Place = { readonly host: string; readonly port: number };

const HOST_PORT = /^(?:\[([0-9a-fA-F:.%\w]+)\]|([^\s:[\]/]+)):(\d{1,5})$/;
const OTHER = /^(?:unix:.|unix-abstract:.|xds:\/\/\/?.|ipv4:.|ipv6:.)/;

/** Why gRPC would not understand an address, in words that complete "--address=… "; undefined where it would. */
export function targetProblem(address: string): string | undefined {
  if (OTHER.test(address)) return undefined;
  if (placeOf(address)) return undefined;
  if (/^https?:/.test(address)) {
    return `is a web address; write host:port, and --tls for https`;
  }
  const what = /^[^\s:/]+$/.test(address) ? "has no port" : "is no address";
  return `${what}; allowed: host:port, for example 127.0.0.1:50051, dns:///host:port, unix:/path, xds:///name`;
}

/** Host and port of an address that has them. */
export function placeOf(address: string): Place | undefined {
  const match = HOST_PORT.exec(address.replace(/^dns:(?:\/\/[^/]*\/)?/, ""));
  const port = Number(match?.[3]);
  if (!match || port < 1 || port > 65_535) return undefined;
  return { host: (match[1] ?? match[2]) as string, port };
}

/** Whether what is sent there stays on this machine. */
export function isLoopback(address: string): boolean {
  if (address.startsWith("unix")) return true;
  const host = placeOf(address)?.host ?? "";
  return host === "localhost" || host === "::1" || /^127(\.\d{1,3}){3}$/.test(host);
}
