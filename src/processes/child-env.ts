import { isDeepStrictEqual } from "node:util";
import { type Address, BadValue, type Setting } from "../config/kinds.ts";
import { loadSettings } from "../config/load.ts";
import { SETTINGS, type SettingKey, UP_KEYS, type UpSettings } from "../config/settings.ts";

/**
 * The environment for the children of `slimmer up`: its own, and what its command-line flags changed, since a flag of
 * `up` is meant for the child that has the setting.
 */
export function childEnv(settings: UpSettings, env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const result = { ...env };
  for (const key of UP_KEYS) {
    const value = settings[key];
    const setting = SETTINGS[key] as Setting<unknown>;
    if (value === undefined || isDeepStrictEqual(withoutFlags(key, env), value)) continue;
    result[setting.env] = textOf(setting, value);
  }
  return result;
}

export function addressText({ host, port }: Address): string {
  return host?.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}

function withoutFlags(key: SettingKey, env: NodeJS.ProcessEnv): unknown {
  try {
    return loadSettings([key], env)[key];
  } catch {
    return undefined; // a flag wins over a wrong value in the environment
  }
}

/** The way to write `value` that the setting reads as `value`. */
function textOf(setting: Setting<unknown>, value: unknown): string {
  const texts = [String(value), `${String(value)}ms`, addressText(value as Address)];
  const text = texts.find((candidate) => isDeepStrictEqual(parsed(setting, candidate), value));
  if (text === undefined) throw new Error(`${setting.env} has a value that can't be written down`);
  return text;
}

function parsed(setting: Setting<unknown>, text: string): unknown {
  try {
    return setting.parse(text);
  } catch (error) {
    if (error instanceof BadValue) return undefined;
    throw error;
  }
}
