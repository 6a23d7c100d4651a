import { flagOf } from "./load.ts";
import { SETTINGS } from "./settings.ts";

/** docs/settings.md, whole. */
export function settingsPage(): string {
  const rows = Object.values(SETTINGS).map((setting) => {
    const names = setting.isSecret
      ? `\`${setting.env}\`, \`${setting.env}_FILE\``
      : `\`${setting.env}\``;
    const byDefault = setting.defaultText === undefined ? "" : `\`${setting.defaultText}\``;
    return `| ${names} | ${setting.isSecret ? "" : `\`--${flagOf(setting)}\``} | ${byDefault} | ${setting.allowed} | ${setting.summary} |`;
  });
  return [
    "# Settings",
    "",
    "Generated from `src/config/settings.ts` by `npm run generate`; a test compares the two.",
    "",
    "Each setting is an environment variable, and a flag of the commands that use it; the flag wins. Secrets have no flag (a",
    "command line is visible to every user of the machine); `<NAME>_FILE` names a file that holds one. A wrong value stops the",
    "start: every problem is printed at once, and the process exits with 2.",
    "",
    "Those from `SLIMMER_ADDRESS` on belong to the commands that talk to a server ([cli.md](cli.md)); these take a file with the token as",
    "`--token-file`, too.",
    "",
    "| environment | flag | default | allowed | meaning |",
    "| --- | --- | --- | --- | --- |",
    ...rows,
    "",
  ].join("\n");
}

if (process.argv[1] && import.meta.filename === process.argv[1])
  process.stdout.write(settingsPage());
