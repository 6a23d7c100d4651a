import type { ValueHint } from "../value-hint.ts";
import { quote } from "./bash.ts";
import { allNodes, type CommandNode, type OptionNode } from "./command-tree.ts";

/** A completion script for zsh. */
export function zshScript(root: CommandNode): string {
  return `#compdef slimmer
# slimmer completion for zsh: save it as _slimmer in a folder of your fpath, or source it after compinit
${allNodes(root).map(functionOf).join("\n")}
if [[ $funcstack[1] == _slimmer ]]; then _slimmer "$@"; else compdef _slimmer slimmer; fi
`;
}

function functionOf(node: CommandNode): string {
  const specs = node.options.flatMap(optionSpecs);
  if (node.commands.length === 0) {
    const argument = node.argument && argumentSpec(node.argument);
    return `${nameOf(node)}() {
  _arguments -s -S : ${[...specs, ...(argument ? [argument] : [])].join(" \\\n    ")}
}
`;
  }
  const described = node.commands.map((command) =>
    quote(`${command.path.at(-1)}:${command.summary}`),
  );
  const cases = node.commands.map(
    (command) => `    ${quote(command.path.at(-1) as string)}) ${nameOf(command)} ;;`,
  );
  return `${nameOf(node)}() {
  local curcontext="$curcontext" state line
  typeset -A opt_args
  _arguments -C -s -S : ${[...specs, `'1: :->command'`, `'*:: :->words'`].join(" \\\n    ")}
  case $state in
  command)
    local -a commands=(
      ${described.join("\n      ")}
    )
    _describe -t commands command commands ;;
  words)
    case $line[1] in
${cases.join("\n")}
    esac ;;
  esac
}
`;
}

function nameOf({ path }: CommandNode): string {
  return ["_slimmer", ...path].join("_");
}

function optionSpecs({ names, summary, takesValue, hint }: OptionNode): string[] {
  const text = summary.replaceAll(/[[\]\\]/g, "\\$&").replaceAll(":", "\\:");
  return names.map((name) => {
    const value = takesValue ? `:value:${actionOf(hint)}` : "";
    const form = takesValue && name.startsWith("--") ? `${name}=` : name;
    return quote(`*${form}[${text}]${value}`);
  });
}

function argumentSpec(hint: ValueHint): string {
  return hint.kind === "command" ? `'*::command:_normal'` : quote(`*:argument:${actionOf(hint)}`);
}

function actionOf(hint: ValueHint | undefined): string {
  switch (hint?.kind) {
    case "words":
      return `(${hint.words.join(" ")})`;
    case "file":
      return "_files";
    case "folder":
      return "_files -/";
    case "command":
      return "_command_names";
    case undefined:
      return " ";
  }
}
