import type { Command, Option } from "commander";
import { type ValueHint, valueHint } from "../value-hint.ts";

/** An option as a shell completes it. */
export type OptionNode = {
  /** "--output", "-o". */
  readonly names: readonly string[];
  readonly summary: string;
  readonly takesValue: boolean;
  readonly hint: ValueHint | undefined;
};

/** A command as a shell completes it; `path` is how it is called: ["spool", "drain"]. */
export type CommandNode = {
  readonly path: readonly string[];
  readonly summary: string;
  readonly commands: readonly CommandNode[];
  readonly options: readonly OptionNode[];
  /** Of the first argument that has one. */
  readonly argument: ValueHint | undefined;
};

/** The visible commands and options of a command line, below its root. */
export function commandTree(command: Command, path: readonly string[] = []): CommandNode {
  const help = command.createHelp();
  return {
    path,
    summary: command.summary() || command.description(),
    commands: help
      .visibleCommands(command)
      .map((child) =>
        child.name() === "help"
          ? leaf([...path, "help"], child.summary() || child.description())
          : commandTree(child, [...path, child.name()]),
      ),
    options: help.visibleOptions(command).map(optionNode),
    argument: command.registeredArguments.map(valueHint).find(Boolean),
  };
}

/** All nodes of a tree, the root first. */
export function allNodes(node: CommandNode): CommandNode[] {
  return [node, ...node.commands.flatMap(allNodes)];
}

function leaf(path: readonly string[], summary: string): CommandNode {
  return { path, summary, commands: [], options: [], argument: undefined };
}

function optionNode(option: Option): OptionNode {
  return {
    names: [option.long, option.short].filter((name) => name !== undefined),
    // Square brackets and what is behind them is for the help page.
    summary: option.description.replace(/\s*\[env: .*$/, ""),
    takesValue: option.required || option.optional,
    hint: valueHint(option),
  };
}
