import { createPrivateKey, generateKeyPair, randomBytes, X509Certificate } from "node:crypto";
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { isIP } from "node:net";
import { join } from "node:path";
import { promisify } from "node:util";
import forge from "node-forge";
import { EdgeError } from "./edge-error.ts";

/** The files of a folder of certificates. `ca.key` stays at home: whoever has it can vouch for any name. */
export const TLS_FILES = {
  ca: "ca.crt",
  caKey: "ca.key",
  certificate: "tls.crt",
  key: "tls.key",
} as const;

const DAY_MS = 86_400_000;
const CA_DAYS = 3_650;
/** The longest that browsers accept. */
const CERTIFICATE_DAYS = 397;
/** A certificate that ends sooner is made anew. */
const RENEW_DAYS = 30;
const KEY_BITS = 2_048;

/**
 * Makes a development authority and a certificate for `names` (host names and addresses) in `dir`, unless what is there
 * will do: the authority is kept for as long as it is valid, so that who trusts it need not be told again. With `renew`
 * the certificate is made anew in any case. Certificate and key are each replaced in one step. Throws an
 * EdgeError where there is a certificate without the key of its authority: somebody else's.
 */
export async function makeCertificate(options: {
  dir: string;
  names: readonly string[];
  renew: boolean;
  nowMs: number;
}): Promise<{ isNew: boolean; caPem: string }> {
  const { dir, names, renew, nowMs } = options;
  await mkdir(dir, { recursive: true });
  if (await hasForeignCertificate(dir)) {
    throw new EdgeError(
      `${dir} holds a certificate that slimmer has not made (there is no ${TLS_FILES.caKey}): it is left alone`,
    );
  }
  const found = await authorityIn(dir, nowMs);
  const authority = found ?? (await newAuthority(nowMs));
  if (!found) {
    await put(dir, TLS_FILES.caKey, authority.keyPem, 0o600);
    await put(dir, TLS_FILES.ca, authority.pem, 0o644);
  }
  if (found && !renew && (await isUsable({ dir, names, nowMs, caPem: found.pem }))) {
    return { isNew: false, caPem: found.pem };
  }
  const { pem, keyPem } = await newCertificate(authority, names, nowMs);
  await put(dir, TLS_FILES.key, keyPem, 0o600);
  await put(dir, TLS_FILES.certificate, pem, 0o644);
  return { isNew: true, caPem: authority.pem };
}

/** Whether there is a certificate, but not the key of a development authority. */
export async function hasForeignCertificate(dir: string): Promise<boolean> {
  const [certificate, caKey] = await Promise.all([
    textOf(join(dir, TLS_FILES.certificate)),
    textOf(join(dir, TLS_FILES.caKey)),
  ]);
  return certificate !== undefined && caKey === undefined;
}

type Pair = { pem: string; keyPem: string };

async function authorityIn(dir: string, nowMs: number): Promise<Pair | undefined> {
  const [pem, keyPem] = await Promise.all([
    textOf(join(dir, TLS_FILES.ca)),
    textOf(join(dir, TLS_FILES.caKey)),
  ]);
  if (!pem || !keyPem) return undefined;
  return isValidFor(pem, CERTIFICATE_DAYS, nowMs) ? { pem, keyPem } : undefined;
}

async function isUsable(wanted: {
  dir: string;
  names: readonly string[];
  nowMs: number;
  caPem: string;
}): Promise<boolean> {
  const pem = await textOf(join(wanted.dir, TLS_FILES.certificate));
  const keyPem = await textOf(join(wanted.dir, TLS_FILES.key));
  if (!pem || !keyPem || !isValidFor(pem, RENEW_DAYS, wanted.nowMs)) return false;
  const certificate = new X509Certificate(pem);
  return (
    // A crash between the two writes leaves the new key beside the old certificate.
    certificate.checkPrivateKey(createPrivateKey(keyPem)) &&
    certificate.verify(new X509Certificate(wanted.caPem).publicKey) &&
    wanted.names.every((name) =>
      isIP(name) ? certificate.checkIP(name) : certificate.checkHost(name),
    )
  );
}

function isValidFor(pem: string, days: number, nowMs: number): boolean {
  return Date.parse(new X509Certificate(pem).validTo) - nowMs > days * DAY_MS;
}

async function newAuthority(nowMs: number): Promise<Pair> {
  const keys = await newKeys();
  const name = [{ name: "commonName", value: "slimmer development CA" }];
  const certificate = draft(keys, { subject: name, issuer: name, days: CA_DAYS, nowMs });
  certificate.setExtensions([
    { name: "basicConstraints", cA: true, critical: true },
    { name: "keyUsage", keyCertSign: true, cRLSign: true, critical: true },
    { name: "subjectKeyIdentifier" },
  ]);
  return signed(certificate, keys.privateKey, keys.privateKey);
}

async function newCertificate(
  authority: Pair,
  names: readonly string[],
  nowMs: number,
): Promise<Pair> {
  const keys = await newKeys();
  const issuer = forge.pki.certificateFromPem(authority.pem);
  const subject = [{ name: "commonName", value: (names[0] ?? "slimmer").slice(0, 64) }];
  const certificate = draft(keys, {
    subject,
    issuer: issuer.subject.attributes,
    days: CERTIFICATE_DAYS,
    nowMs,
  });
  const DNS = 2;
  const ADDRESS = 7;
  certificate.setExtensions([
    { name: "basicConstraints", cA: false, critical: true },
    // Envoy refuses certificates without it.
    { name: "keyUsage", digitalSignature: true, keyEncipherment: true, critical: true },
    { name: "extKeyUsage", serverAuth: true },
    {
      name: "subjectAltName",
      altNames: names.map((name) =>
        isIP(name) ? { type: ADDRESS, ip: name } : { type: DNS, value: name },
      ),
    },
    { name: "subjectKeyIdentifier" },
    {
      name: "authorityKeyIdentifier",
      keyIdentifier: issuer.generateSubjectKeyIdentifier().getBytes(),
    },
  ]);
  return signed(certificate, keys.privateKey, forge.pki.privateKeyFromPem(authority.keyPem));
}

type Keys = { privateKey: forge.pki.rsa.PrivateKey; publicKey: forge.pki.rsa.PublicKey };

/** Node's key generator is native, and does not hold the event loop up. */
async function newKeys(): Promise<Keys> {
  const { privateKey, publicKey } = await promisify(generateKeyPair)("rsa", {
    modulusLength: KEY_BITS,
    privateKeyEncoding: { type: "pkcs1", format: "pem" },
    publicKeyEncoding: { type: "spki", format: "pem" },
  });
  return {
    privateKey: forge.pki.privateKeyFromPem(privateKey),
    publicKey: forge.pki.publicKeyFromPem(publicKey) as forge.pki.rsa.PublicKey,
  };
}

function draft(
  keys: Keys,
  about: {
    subject: forge.pki.CertificateField[];
    issuer: forge.pki.CertificateField[];
    days: number;
    nowMs: number;
  },
): forge.pki.Certificate {
  const certificate = forge.pki.createCertificate();
  certificate.publicKey = keys.publicKey;
  certificate.serialNumber = newSerialNumber();
  // Clocks of clients differ from ours.
  certificate.validity.notBefore = new Date(about.nowMs - DAY_MS);
  certificate.validity.notAfter = new Date(about.nowMs + about.days * DAY_MS);
  certificate.setSubject(about.subject);
  certificate.setIssuer(about.issuer);
  return certificate;
}

/** 16 random bytes, as RFC 5280 wants them: positive, and in the shortest encoding. */
function newSerialNumber(): string {
  const bytes = randomBytes(16);
  bytes[0] = ((bytes[0] as number) & 0x7f) | 0x40;
  return bytes.toString("hex");
}

function signed(
  certificate: forge.pki.Certificate,
  key: forge.pki.rsa.PrivateKey,
  issuerKey: forge.pki.rsa.PrivateKey,
): Pair {
  certificate.sign(issuerKey, forge.md.sha256.create());
  return { pem: forge.pki.certificateToPem(certificate), keyPem: forge.pki.privateKeyToPem(key) };
}

async function put(dir: string, name: string, text: string, mode: number): Promise<void> {
  const path = join(dir, name);
  await writeFile(`${path}.new`, text, { mode });
  await rename(`${path}.new`, path);
}

async function textOf(path: string): Promise<string | undefined> {
  return await readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined;
    throw error;
  });
}
