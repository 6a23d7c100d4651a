import type { ValueHint } from "../value-hint.ts";
import { allNodes, type CommandNode } from "./command-tree.ts";

/** A completion script for bash 3.2 or later, without bash-completion. */
export function bashScript(root: CommandNode): string {
  const nodes = allNodes(root);
  return `# slimmer completion for bash: source it, or put it into ~/.local/share/bash-completion/completions/slimmer
_slimmer() {
  local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD-1]} path="" word i skip=""
  COMPREPLY=()
  # bash makes words of their own from what is around a "=".
  if [[ $cur == = ]]; then
    cur=""
  elif [[ $prev == = && COMP_CWORD -ge 2 ]]; then
    prev=\${COMP_WORDS[COMP_CWORD-2]}
  fi
  for ((i = 1; i < COMP_CWORD; i++)); do
    word=\${COMP_WORDS[i]}
    if [[ $skip == value ]]; then
      # "--option = value" is three words.
      [[ $word == = ]] || skip=""
      continue
    fi
    case "$path $word" in
${nodes
  .flatMap(({ commands }) => commands)
  .map(({ path }) => `      ${quote(wordsBefore(path))}) path=${quote(path.join(" "))} ;;`)
  .join("\n")}
      *" --") [[ $path == exec ]] && { _slimmer_command $((i + 1)); return; } ;;
${nodes.flatMap(valueOptions).join("\n")}
      "exec "[!-]*) _slimmer_command $i; return ;;
    esac
  done
  case "$path $prev" in
${nodes.flatMap(valueCases).join("\n")}
  esac
  case "$path" in
${nodes.map(pathCase).join("\n")}
  esac
}

# What stands behind exec is completed as a command line of its own.
_slimmer_command() {
  if (( COMP_CWORD == $1 )); then
    COMPREPLY=($(compgen -c -- "\${COMP_WORDS[COMP_CWORD]}"))
  elif declare -F _command_offset >/dev/null; then
    _command_offset "$1"
  else
    compopt -o filenames 2>/dev/null
    COMPREPLY=($(compgen -f -- "\${COMP_WORDS[COMP_CWORD]}"))
  fi
}

complete -F _slimmer slimmer
`;
}

/** The path before a command, and its word. */
function wordsBefore(path: readonly string[]): string {
  return `${path.slice(0, -1).join(" ")} ${path.at(-1)}`;
}

/** While the path is looked for: options whose next word is a value, and no command. */
function valueOptions({ path, options }: CommandNode): string[] {
  const names = options.filter(({ takesValue }) => takesValue).flatMap((option) => option.names);
  if (names.length === 0) return [];
  return [
    `      ${names.map((name) => quote(`${path.join(" ")} ${name}`)).join("|")}) skip=value ;;`,
  ];
}

function valueCases({ path, options }: CommandNode): string[] {
  return options
    .filter(({ takesValue }) => takesValue)
    .map(({ names, hint }) => {
      const pattern = names.map((name) => quote(`${path.join(" ")} ${name}`)).join("|");
      return `    ${pattern}) ${replyOf(hint)} return ;;`;
    });
}

function pathCase(node: CommandNode): string {
  const { path, commands, options, argument } = node;
  const flags = options.flatMap(({ names }) => names);
  const words = commands.map((command) => command.path.at(-1) as string);
  const rest = words.length > 0 ? replyOf({ kind: "words", words }) : replyOf(argument);
  return `    ${quote(path.join(" "))})
      if [[ $cur == -* ]]; then ${replyOf({ kind: "words", words: flags })} else ${rest || ":;"} fi ;;`;
}

function replyOf(hint: ValueHint | undefined): string {
  switch (hint?.kind) {
    case "words":
      return `COMPREPLY=($(compgen -W ${quote(hint.words.join(" "))} -- "$cur"));`;
    case "file":
      return `compopt -o filenames 2>/dev/null; COMPREPLY=($(compgen -f -- "$cur"));`;
    case "folder":
      return `compopt -o filenames 2>/dev/null; COMPREPLY=($(compgen -d -- "$cur"));`;
    case "command":
      return `COMPREPLY=($(compgen -c -- "$cur"));`;
    case undefined:
      return "";
  }
}

/** One word of a shell. */
export function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
