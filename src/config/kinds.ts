/**
 * The kinds of setting: how a text becomes a value, and how the kind is described to a person. A parser returns the
 * value, or throws a BadValue whose message completes the sentence "SLIMMER_X=… ".
 */
export class BadValue extends Error {
  override readonly name = "BadValue";
}

export type Setting<T> = {
  readonly env: string;
  /** The default as a person would write it, or undefined where the setting has none. */
  readonly defaultText: string | undefined;
  readonly summary: string;
  /** What may be written, in words. */
  readonly allowed: string;
  /** Never printed; `<NAME>_FILE` may name a file that holds it. */
  readonly isSecret: boolean;
  /** The name of the command-line flag, where it does not follow from the variable's. */
  readonly flag?: string;
  /** All that may be written, where that is a few words: shells complete them. */
  readonly values?: readonly string[];
  parse(text: string): T;
};

export type Address = { host: string; port: number };

/** `host:port`, `[v6]:port`; port 0 lets the system choose one. */
export function address(env: string, defaultText: string, summary: string): Setting<Address> {
  return setting(env, defaultText, summary, "host:port, for example 127.0.0.1:50051", (text) => {
    const match = /^(?:\[([0-9a-fA-F:.]+)\]|([^\s:[\]]+)):(\d{1,5})$/.exec(text);
    const port = Number(match?.[3]);
    if (!match || port > 65_535) throw new BadValue("is no address");
    return { host: (match[1] ?? match[2]) as string, port };
  });
}

export function integer(
  env: string,
  defaultValue: number,
  range: { min: number; max: number },
  summary: string,
): Setting<number> {
  const allowed = `a whole number from ${range.min} to ${range.max}`;
  return setting(env, String(defaultValue), summary, allowed, (text) => {
    if (!/^-?\d+$/.test(text)) throw new BadValue("is no whole number");
    const value = Number(text);
    if (value < range.min || value > range.max) throw new BadValue("is out of range");
    return value;
  });
}

const UNIT_MS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** A number with a unit ("250ms", "5s", "90d"), as milliseconds. */
export function duration(
  env: string,
  defaultText: string,
  range: { min: string; max: string },
  summary: string,
): Setting<number> {
  const allowed = `a number with a unit (ms, s, m, h, d) from ${range.min} to ${range.max}`;
  return setting(env, defaultText, summary, allowed, (text) => {
    const value = durationMs(text);
    if (value === undefined) throw new BadValue("is no duration");
    if (value < (durationMs(range.min) ?? 0) || value > (durationMs(range.max) ?? 0)) {
      throw new BadValue("is out of range");
    }
    return value;
  });
}

function durationMs(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/.exec(text);
  return match
    ? Math.round(Number(match[1]) * UNIT_MS[match[2] as keyof typeof UNIT_MS])
    : undefined;
}

export function choice<const T extends string>(
  env: string,
  defaultText: T,
  values: readonly T[],
  summary: string,
): Setting<T> {
  const rule = setting(env, defaultText, summary, `one of ${values.join(", ")}`, (text) => {
    if (!(values as readonly string[]).includes(text)) throw new BadValue("is none of them");
    return text as T;
  });
  return { ...rule, values };
}

export function flag(env: string, defaultValue: boolean, summary: string): Setting<boolean> {
  const rule = setting(env, String(defaultValue), summary, "true or false", (text) => {
    if (text !== "true" && text !== "false") throw new BadValue("is neither");
    return text === "true";
  });
  return { ...rule, values: ["true", "false"] };
}

/** A text that may be absent. */
export function text(
  env: string,
  summary: string,
  defaultText?: string,
): Setting<string | undefined> {
  return setting(env, defaultText, summary, "any text", (value) => value || undefined);
}

/** `host:port` that may be absent. */
export function optionalAddress(env: string, summary: string): Setting<Address | undefined> {
  const { allowed, parse } = address(env, "", summary);
  return setting(env, undefined, summary, allowed, (text) => (text ? parse(text) : undefined));
}

const HOST_NAME =
  /^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

/** Host names (or IPv4 addresses) in lower case, with commas between them; absent is none. */
export function hostNames(
  env: string,
  defaultText: string | undefined,
  summary: string,
): Setting<readonly string[]> {
  const rule = {
    isName: (name: string) => name.length <= 253 && HOST_NAME.test(name),
    allowed: "host names in lower case, with commas between them",
  };
  return list(env, defaultText, rule, summary);
}

/** Origins of web pages, with commas between them, or `*` for any; absent is none. */
export function origins(env: string, summary: string): Setting<readonly string[]> {
  const rule = {
    isName: (name: string) => name === "*" || isOrigin(name),
    allowed: "origins like https://example.org, with commas between them, or *",
  };
  return list(env, undefined, rule, summary);
}

function isOrigin(text: string): boolean {
  return URL.canParse(text) && /^https?:/.test(text) && new URL(text).origin === text;
}

function list(
  env: string,
  defaultText: string | undefined,
  rule: { isName(text: string): boolean; allowed: string },
  summary: string,
): Setting<readonly string[]> {
  return setting(env, defaultText ?? "", summary, rule.allowed, (text) => {
    const names = text
      .split(",")
      .map((name) => name.trim())
      .filter(Boolean);
    const wrong = names.filter((name) => !rule.isName(name));
    if (wrong.length > 0) throw new BadValue(`has ${wrong.join(", ")} in it`);
    return [...new Set(names)];
  });
}

/** A text that may be absent and is never printed. */
export function secret(env: string, summary: string): Setting<string | undefined> {
  return {
    ...setting(env, undefined, summary, "any text", (value) => value || undefined),
    isSecret: true,
  };
}

function setting<T>(
  env: string,
  defaultText: string | undefined,
  summary: string,
  allowed: string,
  parse: (text: string) => T,
): Setting<T> {
  return { env, defaultText, summary, allowed, isSecret: false, parse };
}
