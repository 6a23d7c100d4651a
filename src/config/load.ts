import { readFileSync } from "node:fs";
import { BadValue } from "./kinds.ts";
import { SETTINGS, type SettingKey, type Settings } from "./settings.ts";

/** Every problem of the settings, all together; the process that meets it prints it and exits with 2. */
export class SettingsError extends Error {
  override readonly name = "SettingsError";
  readonly problems: readonly string[];
  constructor(problems: readonly string[]) {
    super(
      `${problems.length === 1 ? "One setting is" : `${problems.length} settings are`} wrong:\n${problems.map((problem) => `  ${problem}`).join("\n")}`,
    );
    this.problems = problems;
  }
}

/** The command-line flag of a setting: its own, or that of its variable. */
export function flagOf(setting: { readonly env: string; readonly flag?: string }): string {
  return setting.flag ?? flagName(setting.env);
}

/** The command-line flag of a variable: SLIMMER_GRPC_LISTEN → grpc-listen. */
export function flagName(env: string): string {
  return env
    .replace(/^SLIMMER_/, "")
    .toLowerCase()
    .replaceAll("_", "-");
}

/**
 * The values of `keys`, from flags (by environment name), else environment, else a file named by `<NAME>_FILE` for
 * secrets, else the default. Throws one SettingsError with every problem. Does not look at settings outside `keys`.
 */
export function loadSettings<K extends SettingKey>(
  keys: readonly K[],
  env: NodeJS.ProcessEnv,
  flags: Readonly<Record<string, string>> = {},
): Settings<K> {
  const problems: string[] = [];
  const values: Partial<Record<K, unknown>> = {};
  for (const key of keys) {
    const setting = SETTINGS[key];
    const source = textOf(setting, env, flags, problems);
    if (source === undefined) continue;
    try {
      values[key] = setting.parse(source.text);
    } catch (error) {
      if (!(error instanceof BadValue)) throw error;
      const shown = setting.isSecret ? "(secret)" : JSON.stringify(source.text);
      problems.push(`${source.name}=${shown} ${error.message}; allowed: ${setting.allowed}`);
    }
  }
  if (problems.length > 0) throw new SettingsError(problems);
  return values as Settings<K>;
}

type Source = { name: string; text: string };

function textOf(
  setting: (typeof SETTINGS)[SettingKey],
  env: NodeJS.ProcessEnv,
  flags: Readonly<Record<string, string>>,
  problems: string[],
): Source | undefined {
  const { env: name, defaultText, isSecret } = setting;
  const fromFlag = flags[name];
  if (fromFlag !== undefined) return { name: `--${flagOf(setting)}`, text: fromFlag };
  const fromEnv = env[name];
  const file = isSecret ? env[`${name}_FILE`] : undefined;
  if (file && fromEnv) {
    problems.push(`${name} and ${name}_FILE are both set; set one of them`);
    return undefined;
  }
  if (file) {
    try {
      const text = readFileSync(file, "utf8").trim();
      if (text !== "") return { name: `${name}_FILE`, text };
      problems.push(`${name}_FILE=${JSON.stringify(file)} is empty`);
      return undefined;
    } catch (error) {
      problems.push(
        `${name}_FILE=${JSON.stringify(file)} can't be read: ${(error as Error).message}`,
      );
      return undefined;
    }
  }
  if (fromEnv !== undefined && fromEnv !== "") return { name, text: fromEnv };
  return defaultText === undefined ? { name, text: "" } : { name, text: defaultText };
}

/** Kubernetes puts the addresses of Services into the environment of every pod under names like these. */
const SERVICE_LINK = /^SLIMMER(_[A-Z0-9_]+)?_(SERVICE|PORT)(_|$)/;

/** Names in the environment that look like settings of slimmer and are none: probably misspelt. */
export function unknownSettings(env: NodeJS.ProcessEnv): string[] {
  const known = new Set<string>();
  for (const setting of Object.values(SETTINGS)) {
    known.add(setting.env);
    if (setting.isSecret) known.add(`${setting.env}_FILE`);
  }
  return Object.keys(env).filter(
    (name) =>
      name.startsWith("SLIMMER_") &&
      !name.startsWith("SLIMMER_TEST_") &&
      !SERVICE_LINK.test(name) &&
      !known.has(name),
  );
}
