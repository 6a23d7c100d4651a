import type { X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { isIP } from "node:net";
import { type ConnectionOptions, connect, type TLSSocket } from "node:tls";
import type { Connection } from "../connection/connection-options.ts";
import { isLoopback, type Place } from "../connection/target.ts";
import { type Finding, findings } from "./finding.ts";
import { whatSpeaks } from "./spoken.ts";

const { ok, warn, fail } = findings("TLS");

const DAY_MS = 86_400_000;
/** A certificate that ends sooner than this is worth a word. */
const SOON_DAYS = 21;

/** Whether both sides mean the same, TLS or none, and whether the certificate is worth trusting. */
export async function checkTls(connection: Connection, place: Place): Promise<Finding[]> {
  return connection.tls
    ? checkCertificate(connection, place)
    : [await checkPlain(connection, place)];
}

async function checkPlain({ address, timeoutMs }: Connection, place: Place): Promise<Finding> {
  switch (await whatSpeaks(place, timeoutMs)) {
    case "http2":
      return isLoopback(address)
        ? ok("none, and the server wants none")
        : warn("none: what is sent can be read on the way", "give --tls where the server has it");
    case "tls":
      return fail(
        "plaintext met TLS: the server encrypts",
        "give --tls, or --ca with the file of its authority",
      );
    case "http1":
      return fail(
        "the server speaks HTTP/1, so no gRPC",
        "check the port: it may be one for the web",
      );
    case "else":
      return fail("the server speaks neither HTTP/2 nor TLS", "check the port");
    case "nothing":
      return fail("the server takes connections and says nothing", "check the port");
  }
}

async function checkCertificate(connection: Connection, place: Place): Promise<Finding[]> {
  const { timeoutMs } = connection;
  const name = connection.authority?.replace(/:\d+$/, "") ?? place.host;
  try {
    const { protocol, speaksHttp2, certificate, distrust, refusal } = await shakeHands(
      connection,
      place,
      name,
    );
    const found = [
      speaksHttp2
        ? ok(protocol)
        : fail(`${protocol}, but no HTTP/2 (ALPN)`, "gRPC needs HTTP/2: turn it on in the proxy"),
    ];
    if (certificate) {
      found.push(chainOf(certificate, distrust), nameOf(certificate, name), expiryOf(certificate));
    }
    if (refusal) {
      found.push(fail(`the server hangs up: ${refusal}`, "it may want --cert and --key of yours"));
    }
    return found;
  } catch (error) {
    if ((await whatSpeaks(place, timeoutMs)) === "http2") {
      return [fail("TLS met plaintext: the server does not encrypt", "leave out --tls and --ca")];
    }
    return [
      fail(`no handshake: ${(error as Error).message}`, "check the port, and the TLS versions"),
    ];
  }
}

/** What a handshake has shown. */
type Handshake = {
  readonly protocol: string;
  readonly speaksHttp2: boolean;
  readonly certificate: X509Certificate | undefined;
  /** Why Node would not trust the certificate; undefined where it does. */
  readonly distrust: string | undefined;
  /** Why the server hung up after the handshake. */
  readonly refusal: string | undefined;
};

/** After the handshake it waits for the first word: TLS 1.3 refuses our own certificate only then. */
function shakeHands(
  { caFile, certFile, keyFile, timeoutMs }: Connection,
  place: Place,
  name: string,
): Promise<Handshake> {
  const options: ConnectionOptions = {
    ...place,
    ALPNProtocols: ["h2"],
    rejectUnauthorized: false,
    ...(isIP(name) ? {} : { servername: name }),
    ...(caFile === undefined ? {} : { ca: readFileSync(caFile) }),
    ...(certFile === undefined ? {} : { cert: readFileSync(certFile) }),
    ...(keyFile === undefined ? {} : { key: readFileSync(keyFile) }),
  };
  return new Promise((resolve, reject) => {
    let seen: Omit<Handshake, "refusal"> | undefined;
    const socket = connect(options, () => {
      seen = look(socket);
    });
    const settle = (refusal?: string) => {
      clearTimeout(timer);
      if (seen) resolve({ ...seen, refusal });
      else reject(new Error(refusal ?? "the server hung up"));
      socket.destroy();
    };
    const timer = setTimeout(
      () => (seen ? settle() : settle(`no answer within ${timeoutMs} ms`)),
      timeoutMs,
    );
    socket.once("data", () => settle());
    socket.once("error", (error) => settle(error.message));
    socket.once("close", () => settle(seen ? "without a word" : undefined));
  });
}

function look(socket: TLSSocket): Omit<Handshake, "refusal"> {
  return {
    protocol: `${socket.getProtocol()}, ${socket.getCipher().standardName}`,
    speaksHttp2: socket.alpnProtocol === "h2",
    certificate: socket.getPeerX509Certificate(),
    distrust: socket.authorized ? undefined : String(socket.authorizationError),
  };
}

/** Names and dates have findings of their own. */
const OF_OTHERS = /ALTNAME|EXPIRED|NOT_YET/;

function chainOf(certificate: X509Certificate, distrust: string | undefined): Finding {
  const { ok, fail } = findings("certificate chain");
  const issuer = oneLine(certificate.issuer);
  if (distrust === undefined || OF_OTHERS.test(distrust)) {
    return ok(`signed by an authority that is trusted here (${issuer})`);
  }
  return fail(
    `not signed by an authority that is trusted here: ${issuer} (${distrust})`,
    "give --ca with the file of that authority",
  );
}

function nameOf(certificate: X509Certificate, name: string): Finding {
  const { ok, fail } = findings("certificate name");
  const matches = isIP(name) ? certificate.checkIP(name) : certificate.checkHost(name);
  if (matches) return ok(`it is for ${name}`);
  const names = (certificate.subjectAltName ?? "no name").replaceAll(/(DNS|IP Address):/g, "");
  return fail(
    `it is not for ${name}, but for ${names}`,
    "connect by one of these names, or give one with --authority",
  );
}

function expiryOf(certificate: X509Certificate): Finding {
  const { ok, warn, fail } = findings("certificate expiry");
  const days = (Date.parse(certificate.validTo) - Date.now()) / DAY_MS;
  const until = new Date(certificate.validTo).toISOString();
  if (Date.parse(certificate.validFrom) > Date.now()) {
    return fail(
      `it is valid only from ${new Date(certificate.validFrom).toISOString()}`,
      "check the clock of this machine",
    );
  }
  if (days < 0) {
    return fail(
      `it ended ${Math.ceil(-days)} days ago (${until})`,
      "renew the server's certificate",
    );
  }
  const seen = `it is valid for ${Math.floor(days)} more days (until ${until})`;
  return days < SOON_DAYS ? warn(seen, "renew the server's certificate soon") : ok(seen);
}

function oneLine(distinguishedName: string): string {
  return distinguishedName.split("\n").join(", ");
}
