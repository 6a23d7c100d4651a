import { type Command, Option } from "commander";
import { flagOf, loadSettings } from "../../config/load.ts";
import { SETTINGS, type Settings } from "../../config/settings.ts";
import { addSecretsHelp, camel, warnOfUnknownSettings } from "../setting-options.ts";
import { createUsage, type Usage } from "../usage.ts";
import { targetProblem } from "./target.ts";
import { readToken, type Token } from "./token.ts";

/** The way to a server, as the command line and the environment say it, checked. */
export type Connection = Token & {
  readonly address: string;
  readonly system: string | undefined;
  /** undefined: nothing was said about TLS, so there is none, and no token may travel in the clear. */
  readonly tls: boolean | undefined;
  readonly caFile: string | undefined;
  readonly certFile: string | undefined;
  readonly keyFile: string | undefined;
  readonly authority: string | undefined;
  readonly spool: string | undefined;
  readonly run: string | undefined;
  readonly timeoutMs: number;
};

/** The settings that are options of every command that talks to a server. */
const ALWAYS = ["address", "tlsCa", "tlsCert", "tlsKey", "authority", "timeout"] as const;
/** Those that some of them have. */
export type MoreOption = "system" | "spool" | "run";
const ALL = [...ALWAYS, "tls", "system", "spool", "run"] as const;

const PLACEHOLDERS: Partial<Record<(typeof ALL)[number], string>> = {
  address: "target",
  tlsCa: "file",
  tlsCert: "file",
  tlsKey: "file",
  authority: "name",
  timeout: "time",
  system: "id",
  spool: "dir",
  run: "id",
};

/** Adds the options of the way to a server; `more` names those that not every command has. */
export function addConnectionOptions(command: Command, more: readonly MoreOption[] = []): Command {
  command.optionsGroup("The way to the server:");
  for (const key of [...more, ...ALWAYS] as const) {
    const setting = SETTINGS[key];
    const byDefault = setting.defaultText === undefined ? "" : ` (default: ${setting.defaultText})`;
    const flags = `--${flagOf(setting)} <${PLACEHOLDERS[key] ?? "value"}>`;
    command.addOption(new Option(flags, `${setting.summary}${byDefault} [env: ${setting.env}]`));
    if (key === "address") {
      command.option("--tls", `${SETTINGS.tls.summary} [env: ${SETTINGS.tls.env}]`);
      command.option("--no-tls", "don't encrypt, and let a token travel in the clear");
      command.option(
        "--token-file <file>",
        "File with the token to send. [env: SLIMMER_TOKEN_FILE]",
      );
    }
  }
  return addSecretsHelp(command, ["token"]);
}

type Values = { readonly tls?: boolean; readonly tokenFile?: string } & Record<string, unknown>;

/**
 * The way to a server, from options, environment and defaults; `address` is a positional argument that wins over both.
 * Throws one error with everything that is wrong, also with what `usage` has collected before.
 */
export function readConnection(
  command: Command,
  { address, usage = createUsage() }: { address?: string | undefined; usage?: Usage } = {},
): Connection {
  warnOfUnknownSettings();
  const connection = collectConnection(command.opts<Values>(), process.env, address, usage);
  usage.check();
  return connection;
}

function collectConnection(
  options: Values,
  env: NodeJS.ProcessEnv,
  argument: string | undefined,
  usage: Usage,
): Connection {
  const flags: Record<string, string> = {};
  for (const key of ALL) {
    const value = options[camel(flagOf(SETTINGS[key]))];
    if (typeof value === "string") flags[SETTINGS[key].env] = value;
    if (typeof value === "boolean") flags[SETTINGS[key].env] = String(value);
  }
  if (argument !== undefined) flags.SLIMMER_ADDRESS = argument;
  // One by one: a wrong one does not keep the others from being looked at.
  const settings: Partial<Settings<(typeof ALL)[number]>> = Object.assign(
    {},
    ...ALL.map((key) => usage.collect(() => loadSettings([key], env, flags))),
  );
  const token = readToken(options.tokenFile, env, usage);
  const { address = "", tlsCa: caFile, tlsCert: certFile, tlsKey: keyFile, authority } = settings;
  const name = argument === undefined ? sourceOf("address", flags) : "the address";
  const problem = targetProblem(address);
  if (problem) usage.wrong(`${name}=${JSON.stringify(address)} ${problem}`);
  if ((certFile === undefined) !== (keyFile === undefined)) {
    usage.wrong("--cert and --key (or SLIMMER_TLS_CERT and SLIMMER_TLS_KEY) need one another");
  }
  const implied = [caFile, certFile, authority].some((value) => value !== undefined);
  if (implied && settings.tls === false) {
    usage.wrong("--no-tls (or SLIMMER_TLS=false) contradicts --ca, --cert or --authority");
  }
  return {
    address,
    system: settings.system,
    tls: implied ? true : settings.tls,
    caFile,
    certFile,
    keyFile,
    authority,
    ...token,
    spool: settings.spool,
    run: settings.run,
    timeoutMs: settings.timeout ?? 0,
  };
}

/** The flag where it was given, else the variable. */
function sourceOf(key: (typeof ALL)[number], flags: Record<string, string>): string {
  const setting = SETTINGS[key];
  return flags[setting.env] === undefined ? setting.env : `--${flagOf(setting)}`;
}
