#!/usr/bin/env -S node --max-semi-space-size=32
import { CommanderError } from "commander";
import { EXIT } from "../processes/exit-codes.ts";
import { reportFailure } from "../processes/report-failure.ts";
import { program } from "./program.ts";

/** A pipe that is closed early (`slimmer --help | head`), and a terminal that is gone. */
const NOBODY_READS = ["EPIPE", "EIO"];

for (const stream of [process.stdout, process.stderr]) {
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (!NOBODY_READS.includes(error.code ?? "")) throw error;
  });
}

try {
  await program().parseAsync();
} catch (error) {
  if (error instanceof CommanderError)
    process.exitCode = error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  else process.exitCode = reportFailure(error);
}
