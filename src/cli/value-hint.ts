import type { Argument, Option } from "commander";

/** What may stand for a value, as far as a shell can help with it. */
export type ValueHint =
  | { readonly kind: "words"; readonly words: readonly string[] }
  | { readonly kind: "file" }
  | { readonly kind: "folder" }
  /** A command of this machine, and then whatever it takes. */
  | { readonly kind: "command" };

const hints = new WeakMap<Option | Argument, ValueHint>();

/** Notes what the value of an option or argument may be, for completion; commander itself checks nothing of it. */
export function hintValue<T extends Option | Argument>(of: T, hint: ValueHint): T {
  hints.set(of, hint);
  return of;
}

/** The hint of an option or argument: noted, or commander's choices, or what its placeholder says. */
export function valueHint(of: Option | Argument): ValueHint | undefined {
  const hint = hints.get(of);
  if (hint) return hint;
  if (of.argChoices) return { kind: "words", words: of.argChoices };
  const placeholder = "flags" in of ? /[<[](\w+)/.exec(of.flags)?.[1] : of.name();
  if (placeholder === "file") return { kind: "file" };
  return placeholder === "dir" ? { kind: "folder" } : undefined;
}
