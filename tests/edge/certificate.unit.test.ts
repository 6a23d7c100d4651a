import { createPrivateKey, X509Certificate } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { hasForeignCertificate, makeCertificate } from "../../src/edge/certificate.ts";
import { EdgeError } from "../../src/edge/edge-error.ts";

// Keys take their time.
vi.setConfig({ testTimeout: 30_000 });

const DAY_MS = 86_400_000;
const NAMES = ["grpc.slimmer.local", "slimmer.local", "127.0.0.1"];
const nowMs = Date.now();

let dir = "";
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "certificate-"));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const make = (more: Partial<Parameters<typeof makeCertificate>[0]> = {}) =>
  makeCertificate({ dir, names: NAMES, renew: false, nowMs, ...more });
const fileText = (name: string) => readFileSync(join(dir, name), "utf8");
const certificate = () => new X509Certificate(fileText("tls.crt"));
const authority = () => new X509Certificate(fileText("ca.crt"));

test("makes an authority and a certificate of it for all names", async () => {
  const { isNew, caPem } = await make();
  expect([isNew, caPem]).toEqual([true, fileText("ca.crt")]);
  expect(readdirSync(dir).sort()).toEqual(["ca.crt", "ca.key", "tls.crt", "tls.key"]);

  expect(authority().ca).toBe(true);
  expect(authority().verify(authority().publicKey)).toBe(true);
  expect(certificate().ca).toBe(false);
  expect(certificate().verify(authority().publicKey)).toBe(true);
  expect(certificate().checkIssued(authority())).toBe(true);
  expect(certificate().checkPrivateKey(createPrivateKey(fileText("tls.key")))).toBe(true);
  expect(certificate().checkHost("grpc.slimmer.local")).toBeDefined();
  expect(certificate().checkHost("slimmer.local")).toBeDefined();
  expect(certificate().checkHost("other.slimmer.local")).toBeUndefined();
  expect(certificate().checkIP("127.0.0.1")).toBeDefined();
  expect(certificate().checkIP("127.0.0.2")).toBeUndefined();
  const SERVER_AUTH = "1.3.6.1.5.5.7.3.1";
  expect(certificate().keyUsage).toEqual([SERVER_AUTH]);
});

test("keys are for their owner alone, and clocks may be a day behind", async () => {
  await make();
  for (const name of ["ca.key", "tls.key"]) expect(statSync(join(dir, name)).mode & 0o077).toBe(0);
  for (const made of [authority(), certificate()]) {
    expect(Date.parse(made.validFrom)).toBeLessThanOrEqual(nowMs - DAY_MS + 1_000);
  }
  const days = (Date.parse(certificate().validTo) - nowMs) / DAY_MS;
  expect(Math.round(days)).toBe(397);
});

test("mends what a crash between its two writes left: a new key beside the old certificate", async () => {
  await make();
  const oldCertificate = fileText("tls.crt");
  await make({ renew: true });
  writeFileSync(join(dir, "tls.crt"), oldCertificate);
  expect(certificate().checkPrivateKey(createPrivateKey(fileText("tls.key")))).toBe(false);
  expect((await make()).isNew).toBe(true);
  expect(certificate().checkPrivateKey(createPrivateKey(fileText("tls.key")))).toBe(true);
});

test("keeps what is valid", async () => {
  await make();
  const before = fileText("tls.crt");
  expect((await make()).isNew).toBe(false);
  expect((await make({ names: NAMES.slice(0, 1) })).isNew).toBe(false);
  expect((await make({ nowMs: nowMs + 366 * DAY_MS })).isNew).toBe(false);
  expect(fileText("tls.crt")).toBe(before);
});

test.each<[string, Partial<Parameters<typeof makeCertificate>[0]>]>([
  ["when it is told to", { renew: true }],
  ["when a name is added", { names: [...NAMES, "devices.slimmer.local"] }],
  ["when an address is added", { names: [...NAMES, "10.0.0.7"] }],
  ["30 days before the end", { nowMs: nowMs + 368 * DAY_MS }],
])("makes a new certificate of the same authority %s", async (_when, more) => {
  const { caPem } = await make();
  const [before, key] = [certificate().serialNumber, fileText("tls.key")];
  expect(await make(more)).toEqual({ isNew: true, caPem });
  expect(certificate().serialNumber).not.toBe(before);
  expect(fileText("tls.key")).not.toBe(key);
  expect(certificate().verify(authority().publicKey)).toBe(true);
  for (const name of more.names ?? []) expect(certificate().subjectAltName).toContain(name);
});

test("makes a new authority once it would end before its next certificate", async () => {
  const { caPem } = await make();
  const later = await make({ nowMs: nowMs + 9 * 366 * DAY_MS });
  expect(later.isNew).toBe(true);
  expect(later.caPem).not.toBe(caPem);
  expect(certificate().verify(authority().publicKey)).toBe(true);
});

test.each(["tls.crt", "tls.key"])("makes a certificate anew where %s is lost", async (name) => {
  const { caPem } = await make();
  rmSync(join(dir, name));
  expect(await make()).toEqual({ isNew: true, caPem });
});

test("leaves a certificate of somebody else alone", async () => {
  await make();
  rmSync(join(dir, "ca.key"));
  const before = fileText("tls.crt");
  expect(await hasForeignCertificate(dir)).toBe(true);
  for (const renew of [false, true]) await expect(make({ renew })).rejects.toThrow(EdgeError);
  expect(fileText("tls.crt")).toBe(before);
  expect(readdirSync(dir).sort()).toEqual(["ca.crt", "tls.crt", "tls.key"]);
});

test("a certificate of another authority is not taken for its own", async () => {
  await make();
  const strange = mkdtempSync(join(tmpdir(), "strange-"));
  try {
    await makeCertificate({ dir: strange, names: NAMES, renew: false, nowMs });
    writeFileSync(join(dir, "tls.crt"), readFileSync(join(strange, "tls.crt")));
  } finally {
    rmSync(strange, { recursive: true });
  }
  expect((await make()).isNew).toBe(true);
  expect(certificate().verify(authority().publicKey)).toBe(true);
});
