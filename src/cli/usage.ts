import { BadValue, type Setting } from "../config/kinds.ts";
import { SettingsError } from "../config/load.ts";
import { SlimmerError } from "../domain/errors.ts";

/** Collects what is wrong with a command line, so that all of it is told at once. */
export type Usage = {
  /** `problem` is a sentence that begins with the flag or variable, or with the place in a file. */
  wrong(problem: string): void;
  /** The value that `read` returns; undefined once it has thrown a problem of the user's, which is collected. */
  collect<T>(read: () => T): T | undefined;
  /** What a setting makes of a flag's text, for flags that are no settings; undefined where it is absent or wrong. */
  parse<T>(
    flag: string,
    text: string | undefined,
    kind: Pick<Setting<T>, "allowed" | "parse">,
  ): T | undefined;
  /** Throws a SlimmerError (FIELDS_INVALID) with everything that is wrong, if anything is. */
  check(): void;
};

export function createUsage(): Usage {
  const problems: string[] = [];
  const usage: Usage = {
    wrong: (problem) => void problems.push(problem),
    collect(read) {
      try {
        return read();
      } catch (error) {
        if (error instanceof SettingsError) problems.push(...error.problems);
        else if (error instanceof UsageProblem) problems.push(...error.problems);
        else throw error;
        return undefined;
      }
    },
    parse(flag, text, kind) {
      if (text === undefined) return undefined;
      try {
        return kind.parse(text);
      } catch (error) {
        if (!(error instanceof BadValue)) throw error;
        problems.push(`${flag}=${JSON.stringify(text)} ${error.message}; allowed: ${kind.allowed}`);
        return undefined;
      }
    },
    check() {
      if (problems.length > 0) throw wrongUsage(problems);
    },
  };
  return usage;
}

/** Thrown by what reads a part of a command line; each problem is a sentence with its place. */
export class UsageProblem extends Error {
  override readonly name = "UsageProblem";
  readonly problems: readonly string[];
  constructor(problems: readonly string[]) {
    super(problems.join("\n"));
    this.problems = problems;
  }
}

/** The error of a wrong command line: the process that meets it prints it and exits with 2. */
export function wrongUsage(problems: readonly string[], cause?: unknown): SlimmerError {
  const text =
    problems.length === 1
      ? (problems[0] as string)
      : `${problems.length} things are wrong:\n${problems.map((problem) => `  ${problem}`).join("\n")}`;
  return new SlimmerError("FIELDS_INVALID", text, { cause });
}
