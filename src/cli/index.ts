#!/usr/bin/env node
import { program } from "./program.ts";
import { reportFailure } from "./report-failure.ts";

// `slimmer --help | head` closes the pipe early; that is no failure.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
  process.exit();
});

try {
  await program().parseAsync();
} catch (error) {
  process.exitCode = reportFailure(error);
}
