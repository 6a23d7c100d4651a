import { type Command, Option } from "commander";
import { flagOf, loadSettings, unknownSettings } from "../config/load.ts";
import { SETTINGS, type SettingKey, type Settings } from "../config/settings.ts";
import { hintValue } from "./value-hint.ts";

/** Adds a flag for every setting of `keys` to a command; secrets have none, for command lines are public. */
export function addSettingOptions(command: Command, keys: readonly SettingKey[]): Command {
  for (const key of keys) {
    const setting = SETTINGS[key];
    if (setting.isSecret) continue;
    const byDefault = setting.defaultText === undefined ? "" : ` (default: ${setting.defaultText})`;
    const option = new Option(
      `--${flagOf(setting)} <value>`,
      `${setting.summary}${byDefault} [env: ${setting.env}]`,
    );
    if (setting.values) hintValue(option, { kind: "words", words: setting.values });
    else if (setting.env.endsWith("_FILE")) hintValue(option, { kind: "file" });
    else if (setting.env.endsWith("_DIR")) hintValue(option, { kind: "folder" });
    command.addOption(option);
  }
  return addSecretsHelp(command, keys);
}

/** Says on the help page which of `keys` are secrets, and so no flags. */
export function addSecretsHelp(command: Command, keys: readonly SettingKey[]): Command {
  const secrets = keys.map((key) => SETTINGS[key]).filter((setting) => setting.isSecret);
  if (secrets.length === 0) return command;
  const lines = secrets.map(({ env, summary }) => `  ${env}, ${env}_FILE\n      ${summary}`);
  return command.addHelpText("after", `\nEnvironment only:\n${lines.join("\n")}`);
}

/** The settings of a command, from its flags and the environment. Warns of names that look misspelt. */
export function readSettings<K extends SettingKey>(
  command: Command,
  keys: readonly K[],
): Settings<K> {
  const flags: Record<string, string> = {};
  const values = command.opts<Record<string, string>>();
  for (const key of keys) {
    const setting = SETTINGS[key];
    const value = values[camel(flagOf(setting))];
    if (value !== undefined) flags[setting.env] = value;
  }
  warnOfUnknownSettings();
  return loadSettings(keys, process.env, flags);
}

/** Warns of names in the environment that look like settings of slimmer. */
export function warnOfUnknownSettings(): void {
  for (const name of unknownSettings(process.env)) {
    process.stderr.write(
      `slimmer: warning: ${name} is no setting of slimmer; see docs/settings.md\n`,
    );
  }
}

/** commander's name for the value of a flag. */
export function camel(flag: string): string {
  return flag.replace(/-([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}
