import { type Command, Option } from "commander";
import { flagName, loadSettings, unknownSettings } from "../config/load.ts";
import { SETTINGS, type SettingKey, type Settings } from "../config/settings.ts";

/** Adds a flag for every setting of `keys` to a command; secrets have none, for command lines are public. */
export function addSettingOptions(command: Command, keys: readonly SettingKey[]): Command {
  for (const key of keys) {
    const setting = SETTINGS[key];
    if (setting.isSecret) continue;
    const byDefault = setting.defaultText === undefined ? "" : ` (default: ${setting.defaultText})`;
    command.addOption(
      new Option(
        `--${flagName(setting.env)} <value>`,
        `${setting.summary}${byDefault} [env: ${setting.env}]`,
      ),
    );
  }
  const secrets = keys.map((key) => SETTINGS[key]).filter((setting) => setting.isSecret);
  if (secrets.length > 0) {
    command.addHelpText(
      "after",
      `\nEnvironment only:\n${secrets.map(({ env, summary }) => `  ${env}, ${env}_FILE\n      ${summary}`).join("\n")}`,
    );
  }
  return command;
}

/** The settings of a command, from its flags and the environment. Warns of names that look misspelt. */
export function readSettings<K extends SettingKey>(
  command: Command,
  keys: readonly K[],
): Settings<K> {
  const flags: Record<string, string> = {};
  const values = command.opts<Record<string, string>>();
  for (const key of keys) {
    const { env } = SETTINGS[key];
    const value = values[camel(flagName(env))];
    if (value !== undefined) flags[env] = value;
  }
  for (const name of unknownSettings(process.env)) {
    process.stderr.write(
      `slimmer: warning: ${name} is no setting of slimmer; see docs/settings.md\n`,
    );
  }
  return loadSettings(keys, process.env, flags);
}

/** commander's name for the value of a flag. */
function camel(flag: string): string {
  return flag.replace(/-([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}
