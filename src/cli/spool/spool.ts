import type { Command } from "commander";
import { duration } from "../../config/kinds.ts";
import { addConnectionOptions, readConnection } from "../connection/connection-options.ts";
import { addOutputOption, type Output } from "../output/output-option.ts";
import { createUsage } from "../usage.ts";
import { drainSpool } from "./drain.ts";
import { inspect } from "./inspect.ts";

const PATIENCE = duration("", "30s", { min: "1s", max: "1d" }, "");

/** Adds `slimmer spool inspect` and `drain`. */
export function addSpoolCommands(slimmer: Command): void {
  const spool = slimmer
    .command("spool")
    .description("Look into the folder where activations wait, or send what waits there.");
  const inspecting = spool
    .command("inspect")
    .summary("Show what is in a spool folder.")
    .description("Show what is in a spool folder; changes nothing, and asks no server.")
    .argument("<dir>", "the spool folder");
  addOutputOption(inspecting).action(async (dir: string, { output }: { output: Output }) => {
    process.exitCode = await inspect(dir, output);
  });
  addDrain(spool);
}

function addDrain(spool: Command): void {
  const command = spool
    .command("drain")
    .summary("Send what waits in a spool folder.")
    .description(
      "Send what waits in a spool folder that no process uses, with the run ends that are owed. What is sent twice is stored once.",
    )
    .argument("<dir>", "the spool folder")
    .option("--patience <time>", "give up when nothing moves for so long", "30s")
    .addHelpText(
      "after",
      "\nExit codes: 0 the server has all of it; 1 something is left, refused or dropped; 2 wrong command line.",
    );
  addConnectionOptions(addOutputOption(command), ["system"]).action(
    async (dir: string, values: { system?: string; patience: string; output: Output }) => {
      const usage = createUsage();
      const patienceMs = usage.parse("--patience", values.patience, PATIENCE) ?? 0;
      const connection = { ...readConnection(command, { usage }), spool: dir };
      process.exitCode = await drainSpool(connection, { dir, patienceMs, output: values.output });
    },
  );
}
