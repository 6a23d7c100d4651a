import { generateKeyPairSync, randomBytes } from "node:crypto";
import forge from "node-forge";

const DAY_MS = 86_400_000;

/** An authority of a test for certificates of clients. */
export type ClientAuthority = {
  /** Its certificate, as PEM. */
  readonly pem: string;
  issue(client: { name: string; uri: string }): { cert: string; key: string };
};

export function newClientAuthority(name: string): ClientAuthority {
  const keys = newKeys();
  const issuer = [{ name: "commonName", value: name }];
  const certificate = draft(keys, issuer, issuer);
  certificate.setExtensions([
    { name: "basicConstraints", cA: true, critical: true },
    { name: "keyUsage", keyCertSign: true, critical: true },
  ]);
  certificate.sign(keys.privateKey, forge.md.sha256.create());
  return {
    pem: forge.pki.certificateToPem(certificate),
    issue(client) {
      const own = newKeys();
      const issued = draft(own, [{ name: "commonName", value: client.name }], issuer);
      const URI = 6;
      issued.setExtensions([
        { name: "basicConstraints", cA: false },
        { name: "keyUsage", digitalSignature: true, critical: true },
        { name: "extKeyUsage", clientAuth: true },
        { name: "subjectAltName", altNames: [{ type: URI, value: client.uri }] },
      ]);
      issued.sign(keys.privateKey, forge.md.sha256.create());
      return {
        cert: forge.pki.certificateToPem(issued),
        key: forge.pki.privateKeyToPem(own.privateKey),
      };
    },
  };
}

type Keys = { privateKey: forge.pki.rsa.PrivateKey; publicKey: forge.pki.rsa.PublicKey };

function newKeys(): Keys {
  const { privateKey, publicKey } = generateKeyPairSync("rsa", {
    modulusLength: 2_048,
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
  subject: forge.pki.CertificateField[],
  issuer: forge.pki.CertificateField[],
): forge.pki.Certificate {
  const certificate = forge.pki.createCertificate();
  certificate.publicKey = keys.publicKey;
  certificate.serialNumber = `01${randomBytes(8).toString("hex")}`;
  certificate.validity.notBefore = new Date(Date.now() - DAY_MS);
  certificate.validity.notAfter = new Date(Date.now() + DAY_MS);
  certificate.setSubject(subject);
  certificate.setIssuer(issuer);
  return certificate;
}
