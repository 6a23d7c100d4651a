/** A text as a shell takes it for one word, whatever is in it: names come from anywhere. */
export function quoted(text: string): string {
  return /^[\w./:-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

/** Where the page came from. */
type Place = { protocol: string; hostname: string };

/**
 * `--address` of the gRPC server, as a client on the reader's network would name it. Only where the page comes from slimmer
 * web itself, by plain HTTP: Envoy, which speaks TLS, has another host for gRPC, and nothing here knows its name.
 */
export function addressOption({ protocol, hostname }: Place = location): string {
  if (protocol !== "http:") return "";
  return ` --address ${quoted(`${hostname || "localhost"}:50051`)}`;
}

/** What a reader must know to use a command without an address. */
export function addressNote(place: Place = location): string {
  return addressOption(place)
    ? ""
    : " Add --address and the host of gRPC, which is another one than this page's, or set SLIMMER_ADDRESS.";
}
