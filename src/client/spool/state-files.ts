import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Condition } from "./condition.ts";
import type { FileReplacer } from "./file-replacer.ts";

export type StateFiles = ReturnType<typeof createStateFiles>;

/** Small JSON files by name. */
export function createStateFiles({
  dir,
  files,
  condition,
}: {
  dir: string;
  files: FileReplacer;
  condition: Condition;
}) {
  return {
    read<T>(name: string): T | undefined {
      try {
        return JSON.parse(readFileSync(join(dir, `${name}.json`), "utf8")) as T;
      } catch {
        return undefined;
      }
    },
    write(name: string, value: unknown): void {
      try {
        files.replace(join(dir, `${name}.json`), `${JSON.stringify(value)}\n`);
        condition.worked();
      } catch (error) {
        condition.failed(error);
      }
    },
  };
}
