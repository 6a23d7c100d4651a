import { Argument, type Command } from "commander";
import { bashScript } from "./bash.ts";
import { commandTree } from "./command-tree.ts";
import { fishScript } from "./fish.ts";
import { zshScript } from "./zsh.ts";

const SCRIPTS = { bash: bashScript, zsh: zshScript, fish: fishScript } as const;

/** Adds `slimmer completion <shell>`: the script is made from the commands themselves, so a new one is in it by itself. */
export function addCompletion(slimmer: Command): void {
  slimmer
    .command("completion")
    .summary("Print a script that completes commands and options in a shell.")
    .description("Print a script that completes commands, options and their values in a shell.")
    .addArgument(new Argument("<shell>", "your shell").choices(Object.keys(SCRIPTS)))
    .addHelpText("after", '\nExample for bash: eval "$(slimmer completion bash)"')
    .action((shell: keyof typeof SCRIPTS) => {
      process.stdout.write(SCRIPTS[shell](commandTree(slimmer)));
    });
}
