import { EXIT } from "../../processes/exit-codes.ts";
import { note } from "./output-option.ts";
import { isNobody } from "./sink.ts";

/**
 * Says in a sentence what keeps standard output from being written, whichever command writes, and has the process fail. That
 * nobody reads is no failure; and where standard error can't be written, there is nobody to tell.
 */
export function guardOutput(): { readonly hasFailed: boolean } {
  let hasFailed = false;
  process.stderr.on("error", () => {});
  process.stdout.on("error", (error) => {
    if (hasFailed || isNobody(error, process.stdout)) return;
    hasFailed = true;
    // The command may have ended before.
    process.exitCode = EXIT.failed;
    note(`can't write standard output: ${error.message}; what was written is not the whole`);
  });
  return {
    get hasFailed() {
      return hasFailed;
    },
  };
}
