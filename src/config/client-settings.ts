import { duration, flag, type Setting, secret, text } from "./kinds.ts";

const timeout = duration(
  "SLIMMER_TIMEOUT",
  "5s",
  { min: "1ms", max: "10m" },
  "Longest to wait for one answer of the server.",
);

/** Nothing said is not "false": it leaves TLS to the settings that imply it, and keeps a token from travelling in the clear. */
const TRUTH = flag(
  "SLIMMER_TLS",
  false,
  "Whether to encrypt, and to check the server's certificate.",
);

/** Settings of the commands that talk to a server: how they find it, what they speak for, and where activations wait. */
export const CLIENT_SETTINGS = {
  address: text(
    "SLIMMER_ADDRESS",
    "The server: host:port, dns:///host:port, unix:/path, or xds:///name.",
    "127.0.0.1:50051",
  ),
  system: text("SLIMMER_SYSTEM", "The system (an alarm panel, a gateway, a site) to speak for."),
  token: secret(
    "SLIMMER_TOKEN",
    "The token to send; it needs TLS, a loopback address, or SLIMMER_TLS=false.",
  ),
  tls: {
    ...TRUTH,
    defaultText: undefined,
    parse: (value: string) => (value === "" ? undefined : TRUTH.parse(value)),
  },
  tlsCa: flagged(
    "ca",
    text(
      "SLIMMER_TLS_CA",
      "PEM file with the authorities to trust, instead of those of Node; implies TLS.",
    ),
  ),
  tlsCert: flagged(
    "cert",
    text("SLIMMER_TLS_CERT", "PEM file with a certificate of our own; implies TLS."),
  ),
  tlsKey: flagged("key", text("SLIMMER_TLS_KEY", "PEM file with the key of that certificate.")),
  authority: text(
    "SLIMMER_AUTHORITY",
    "Name of the server, where the address has another or none; implies TLS.",
  ),
  spool: text(
    "SLIMMER_SPOOL",
    "Folder where activations wait until the server has them; one process at a time uses it.",
  ),
  timeout: {
    ...timeout,
    allowed: `${timeout.allowed}; without a unit milliseconds`,
    parse: (value: string) => timeout.parse(/^\d+$/.test(value) ? `${value}ms` : value),
  },
  run: flagged(
    "run",
    text(
      "SLIMMER_RUN_ID",
      "The run that activations belong to; `slimmer exec` sets it for its command.",
    ),
  ),
} as const;

function flagged<T>(name: string, setting: Setting<T>): Setting<T> & { readonly flag: string } {
  return { ...setting, flag: name };
}
