#!/usr/bin/env -S GLIBC_TUNABLES=glibc.malloc.tcache_count=1000 node --max-semi-space-size=32 --no-allocation-site-pretenuring
import { CommanderError } from "commander";
import { EXIT } from "../processes/exit-codes.ts";
import { reportFailure } from "../processes/report-failure.ts";
import { guardOutput } from "./output/guard-output.ts";
import { program } from "./program.ts";

const output = guardOutput();

try {
  await program().parseAsync();
} catch (error) {
  if (error instanceof CommanderError)
    process.exitCode = error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  else process.exitCode = reportFailure(error);
}
if (output.hasFailed) process.exitCode = EXIT.failed;
