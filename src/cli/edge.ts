import type { Command } from "commander";
import { EDGE_KEYS } from "../config/settings.ts";
import { makeCertificate } from "../edge/certificate.ts";
import { edgeBootstrap, renderEdge } from "../edge/render.ts";
import { certificateNames, EDGE_RUN_KEYS, edgeRun } from "../processes/edge.ts";
import { EDGE_DRAIN_KEYS, edgeDrain } from "../processes/edge-drain.ts";
import { createLogger } from "../telemetry/logger.ts";
import { addSettingOptions, readSettings } from "./setting-options.ts";

const CERTIFICATE_KEYS = [
  "edgeTlsDir",
  "edgeGrpcHosts",
  "edgeWebHosts",
  "edgeDeviceHosts",
] as const;

/** Adds `slimmer edge …`: what Envoy needs from slimmer before, while and after it runs. */
export function addEdgeCommands(slimmer: Command): void {
  const edge = slimmer.command("edge").description("Look after the Envoy in front of slimmer.");
  addRender(edge);
  addCertificate(edge);
  addRun(edge);
  addDrain(edge);
}

function addRender(edge: Command): void {
  const command = edge
    .command("render")
    .summary("Write Envoy's configuration.")
    .description("Write what Envoy reads into SLIMMER_EDGE_CONFIG_DIR.")
    .option("--print", "print Envoy's bootstrap instead");
  addSettingOptions(command, EDGE_KEYS).action(async ({ print }: { print?: boolean }) => {
    const settings = readSettings(command, EDGE_KEYS);
    const text = print ? await edgeBootstrap(settings) : `wrote ${await renderEdge(settings)}\n`;
    process.stdout.write(text);
  });
}

function addCertificate(edge: Command): void {
  const command = edge
    .command("certificate")
    .summary("Make a development CA and certificate.")
    .description(
      "Make a development CA and a certificate for all hosts in SLIMMER_EDGE_TLS_DIR, unless a valid one is there; print the CA's certificate.",
    )
    .option("--renew", "make a new certificate (of the same CA) in any case")
    .option("--name <name...>", "more names or addresses for the certificate to cover");
  addSettingOptions(command, CERTIFICATE_KEYS).action(
    async ({ renew = false, name }: { renew?: boolean; name?: string[] }) => {
      const settings = readSettings(command, CERTIFICATE_KEYS);
      const { caPem } = await makeCertificate({
        dir: settings.edgeTlsDir ?? "",
        names: certificateNames(settings, name),
        renew,
        nowMs: Date.now(),
      });
      process.stdout.write(caPem);
    },
  );
}

function addRun(edge: Command): void {
  const command = edge
    .command("run")
    .summary("Run Envoy on this machine.")
    .description(
      "Run the envoy of the PATH with this configuration: with a development certificate where there is none, and drained before it is stopped.",
    );
  addSettingOptions(command, EDGE_RUN_KEYS).action(async () => {
    const settings = readSettings(command, EDGE_RUN_KEYS);
    const log = createLogger({ level: settings.logLevel, process: "edge" });
    process.exitCode = await edgeRun(settings, process.env.PATH ?? "", log);
  });
}

function addDrain(edge: Command): void {
  const command = edge
    .command("drain")
    .summary("Run beside Envoy, and drain it on SIGTERM.")
    .description(
      "Run beside an Envoy; on SIGTERM tell its clients to go elsewhere, wait until they have, and end. Stop Envoy after that.",
    );
  addSettingOptions(command, EDGE_DRAIN_KEYS).action(async () => {
    const settings = readSettings(command, EDGE_DRAIN_KEYS);
    const log = createLogger({ level: settings.logLevel, process: "edge-drain" });
    process.exitCode = await edgeDrain(settings, log);
  });
}
