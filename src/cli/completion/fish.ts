import type { ValueHint } from "../value-hint.ts";
import { allNodes, type CommandNode, type OptionNode } from "./command-tree.ts";

/** A completion script for fish 3 or later. */
export function fishScript(root: CommandNode): string {
  const nodes = allNodes(root);
  const values = nodes.flatMap(({ options }) =>
    options.filter(({ takesValue }) => takesValue).flatMap(({ names }) => names),
  );
  return `# slimmer completion for fish: save it as ~/.config/fish/completions/slimmer.fish
# Whether the words so far call exactly this command; values of options are no commands.
function __slimmer_at
  set -l tokens (commandline -opc)
  set -l path
  set -l skip 0
  for token in $tokens[2..-1]
    if test $skip = 1
      set skip 0
    else if contains -- $token ${[...new Set(values)].join(" ")}
      set skip 1
    else if not string match -q -- '-*' $token
      set -l next (string join ' ' $path $token)
      contains -- $next ${nodes
        .slice(1)
        .map(({ path }) => quote(path.join(" ")))
        .join(" ")}
      and set path $path $token
      or break
    end
  end
  test "$path" = "$argv"
end

complete -c slimmer -f
${nodes.flatMap(linesOf).join("\n")}
`;
}

function linesOf(node: CommandNode): string[] {
  const at = `complete -c slimmer -n ${quote(`__slimmer_at ${node.path.join(" ")}`.trim())}`;
  return [
    ...node.commands.map(
      ({ path, summary }) => `${at} -a ${quote(path.at(-1) as string)} -d ${quote(summary)}`,
    ),
    ...node.options.map((option) => `${at} ${optionWords(option)}`),
    ...(node.argument && node.commands.length === 0
      ? [`${at} ${argumentWords(node, node.argument)}`]
      : []),
  ];
}

function optionWords({ names, summary, takesValue, hint }: OptionNode): string {
  const forms = names.map((name) =>
    name.startsWith("--") ? `-l ${name.slice(2)}` : `-s ${name.slice(1)}`,
  );
  const value = takesValue ? [valueWords(hint)] : [];
  return [...forms, ...value, `-d ${quote(summary)}`].filter(Boolean).join(" ");
}

/** A command of this machine is completed by its own rules, from where it begins: behind our words and their values. */
function argumentWords({ path, options }: CommandNode, hint: ValueHint): string {
  if (hint.kind !== "command") return valueWords(hint);
  const names = options.filter(({ takesValue }) => takesValue).flatMap((option) => option.names);
  // The lone "-" keeps the names from being read as options of the function.
  return `-x -a '(__fish_complete_subcommand --fcs-skip=${path.length + 1} - ${names.join(" ")})'`;
}

/** "-x": a value must come, and no file unless it is said. */
function valueWords(hint: ValueHint | undefined): string {
  switch (hint?.kind) {
    case "words":
      return `-x -a ${quote(hint.words.join(" "))}`;
    case "file":
      return "-r -F";
    case "folder":
      return "-x -a '(__fish_complete_directories)'";
    case "command":
      return "-x -a '(__fish_complete_command)'";
    case undefined:
      return "-x";
  }
}

/** fish has a backslash in its single quotes. */
function quote(text: string): string {
  return `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
}
