import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { loadSettings } from "../../src/config/load.ts";
import { EDGE_KEYS } from "../../src/config/settings.ts";
import { makeCertificate } from "../../src/edge/certificate.ts";
import { renderEdge } from "../../src/edge/render.ts";
import { newClientAuthority } from "../support/client-certificates.ts";
import { validate } from "../support/envoy.ts";

const authority = newClientAuthority("door makers");

test.each<[string, Record<string, string>]>([
  ["the defaults", {}],
  ["a web process", { SLIMMER_EDGE_WEB: "slimmer-web:8080" }],
  ["devices", { SLIMMER_EDGE_DEVICE_HOSTS: "devices.slimmer.local,things.slimmer.local" }],
  [
    "no limits",
    {
      SLIMMER_EDGE_REQUESTS_PER_SECOND: "0",
      SLIMMER_EDGE_CONNECTION_REQUESTS_PER_SECOND: "0",
      SLIMMER_EDGE_ACCESS_LOG: "none",
    },
  ],
  [
    "open doors",
    {
      SLIMMER_EDGE_CORS_ORIGINS: "*",
      SLIMMER_EDGE_REFLECTION: "false",
      SLIMMER_EDGE_ACCESS_LOG: "errors",
      SLIMMER_EDGE_TRUSTED_HOPS: "2",
    },
  ],
  [
    "everything at once",
    {
      SLIMMER_EDGE_GRPC_HOSTS: "grpc.example.org,localhost,127.0.0.1",
      SLIMMER_EDGE_WEB_HOSTS: "example.org,www.example.org",
      SLIMMER_EDGE_DEVICE_HOSTS: "devices.example.org",
      SLIMMER_EDGE_CORS_ORIGINS: "https://example.org,http://localhost:5173",
      SLIMMER_EDGE_SERVE: "slimmer-serve.default.svc.cluster.local:50051",
      SLIMMER_EDGE_WEB: "slimmer-web.default.svc.cluster.local:8080",
      SLIMMER_EDGE_LISTEN: "[::]:8443",
      SLIMMER_EDGE_STATS_LISTEN: "[::]:9465",
      SLIMMER_EDGE_ADMIN_LISTEN: "[::1]:9901",
      SLIMMER_EDGE_REQUESTS_PER_SECOND: "1",
      SLIMMER_EDGE_CONNECTION_REQUESTS_PER_SECOND: "199",
      SLIMMER_EDGE_UNARY_TIMEOUT: "1500ms",
      SLIMMER_EDGE_STREAM_IDLE: "7d",
    },
  ],
])("Envoy accepts %s", async (_what, env) => {
  const folder = mkdtempSync(join(tmpdir(), "rendering-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const caFile = join(folder, "devices.crt");
  writeFileSync(caFile, authority.pem);
  const settings = loadSettings(EDGE_KEYS, {
    SLIMMER_EDGE_CONFIG_DIR: join(folder, "envoy"),
    SLIMMER_EDGE_TLS_DIR: join(folder, "tls"),
    ...(env.SLIMMER_EDGE_DEVICE_HOSTS ? { SLIMMER_EDGE_DEVICE_CA_FILE: caFile } : {}),
    ...env,
  });
  await makeCertificate({
    dir: settings.edgeTlsDir ?? "",
    names: settings.edgeGrpcHosts,
    renew: false,
    nowMs: Date.now(),
  });
  expect(await validate(folder, await renderEdge(settings))).toMatch(/configuration .* OK/);
});
