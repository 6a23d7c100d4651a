import { execFileSync, spawnSync } from "node:child_process";
import { Command } from "commander";
import { describe, expect, test, vi } from "vitest";
import { bashScript } from "../../src/cli/completion/bash.ts";
import { allNodes, commandTree } from "../../src/cli/completion/command-tree.ts";
import { fishScript } from "../../src/cli/completion/fish.ts";
import { zshScript } from "../../src/cli/completion/zsh.ts";
import { program } from "../../src/cli/program.ts";
import { slimmer } from "../support/slimmer-command.ts";
import { newFile } from "./places.ts";

vi.setConfig({ testTimeout: 30_000 });

const TREE = commandTree(program());
const SCRIPTS = { bash: bashScript(TREE), zsh: zshScript(TREE), fish: fishScript(TREE) } as const;

/** The words that bash would offer for the last of `words`. */
function offered(...words: string[]): string[] {
  const file = newFile("completion.bash", SCRIPTS.bash);
  const ask = `source "$1"; shift
COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _slimmer
printf '%s\\n' "\${COMPREPLY[@]}"`;
  const args = ["--norc", "-c", ask, "bash", file, ...words];
  return execFileSync("bash", args, { encoding: "utf8" }).split("\n").filter(Boolean);
}

describe("in bash", () => {
  test("the script has no fault", () => {
    const { status, stderr } = spawnSync("bash", ["-n"], { input: SCRIPTS.bash, encoding: "utf8" });
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  });

  test("commands are completed, and none that is hidden", () => {
    expect(offered("slimmer", "sp")).toEqual(["spool"]);
    expect(offered("slimmer", "")).toEqual(TREE.commands.map(({ path }) => path[0]));
    expect(offered("slimmer", "")).not.toContain("database");
    expect(offered("slimmer", "spool", "")).toEqual(["inspect", "drain", "help"]);
    expect(offered("slimmer", "run", "e")).toEqual(["end"]);
  });

  test.each(allNodes(TREE).filter(({ options }) => options.length > 0))(
    "each option of $path is completed",
    ({ path, options }) => {
      const names = options.flatMap((option) => option.names);
      expect(offered("slimmer", ...path, "-")).toEqual(names);
    },
  );

  test.each([
    [
      ["fire", "-o", ""],
      ["table", "json"],
    ],
    [["fire", "--output", "j"], ["json"]],
    [["watch", "--output", "c"], ["csv"]],
    [["systems", "--state", "st"], ["stopped"]],
    [["watch", "--cursor-file", "package.j"], ["package.json"]],
    [["export", "--to", "package.j"], ["package.json"]],
    [
      ["fire", "--output", "="],
      ["table", "json"],
    ],
    [["fire", "--output", "=", "t"], ["table"]],
    [["completion", "z"], ["zsh"]],
    [["serve", "--log-level", "wa"], ["warn"]],
    [
      ["serve", "--reflection", ""],
      ["true", "false"],
    ],
    [["ping", "--ca", "package.j"], ["package.json"]],
    [["up", "--data-dir", "proto/gen"], ["proto/generated"]],
    [["spool", "drain", "proto/slimmer_g"], ["proto/slimmer_grpc"]],
    [["fire", "--system", ""], []],
  ])("the values of %j are completed", (words, values) => {
    expect(offered("slimmer", ...words)).toEqual(values);
  });

  test("the value of an option is no command", () => {
    expect(offered("slimmer", "exec", "--system", "fire", "--sen")).toEqual([
      "--sensor",
      "--sensors",
    ]);
    expect(offered("slimmer", "spool", "drain", "--system=x", "--pa")).toEqual(["--patience"]);
  });

  test("what exec runs is a command of the machine", () => {
    expect(offered("slimmer", "exec", "--system", "x", "--", "base6")).toContain("base64");
    expect(offered("slimmer", "exec", "basena")).toContain("basename");
  });
});

describe.each(Object.entries(SCRIPTS))("the script for %s", (shell, script) => {
  test("is what the command prints", async () => {
    expect(await slimmer(["completion", shell])).toEqual({ code: 0, stdout: script, stderr: "" });
  });

  test("names every command and option", () => {
    for (const { path, options } of allNodes(TREE)) {
      if (path.length > 0) expect(script).toContain(path.at(-1));
      for (const name of options.flatMap((option) => option.names)) {
        expect(script).toContain(shell === "fish" ? ` ${name.replace(/^--?/, "")} ` : name);
      }
    }
  });

  test.skipIf(!isInstalled(shell))(`has no fault for ${shell} (where that is installed)`, () => {
    const file = newFile(`completion.${shell}`, script);
    const { status, stderr } = spawnSync(shell, ["-n", file], { encoding: "utf8" });
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  });
});

function isInstalled(shell: string): boolean {
  return !spawnSync(shell, ["--version"]).error;
}

test.skipIf(!isInstalled("fish"))("fish completes by the script (where it is installed)", () => {
  const file = newFile("completion.fish", SCRIPTS.fish);
  const ask = (line: string) =>
    execFileSync("fish", ["--no-config", "-c", `source ${file}; complete -C '${line}'`], {
      encoding: "utf8",
    }).replaceAll(/\t.*$/gm, "");
  expect(ask("slimmer sp")).toBe("spool\n");
  expect(ask("slimmer fire -o ")).toBe("json\ntable\n");
});

test("a new command is completed by itself, whatever stands in its summary", () => {
  const root = new Command("slimmer");
  const command = root.command("new").summary("Say 'hello': [x] $HOME `id`.");
  command.option("--loud <dir>", "it's loud");
  const tree = commandTree(root);
  const script = bashScript(tree);
  const { status, stderr } = spawnSync("bash", ["-n"], { input: script, encoding: "utf8" });
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  for (const text of [script, zshScript(tree), fishScript(tree)]) expect(text).toContain("loud");
});
