import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";
import { addressNote, addressOption } from "../../src/dashboard/ui/shell-words.ts";
import { fireCommand } from "../../src/dashboard/views/parts/fire-command.ts";

const shot = {
  system: "attic",
  run: "019f0000-0000-7000-8000-000000000000",
  entity: { category: "door", name: "front", identity: "d-1" },
};

/** What `npx` is given where a shell runs the command. */
function wordsOf(command: string): string[] {
  const script = `npx() { for word in "$@"; do printf '%s\\0' "$word"; done; }\n${command}`;
  return execFileSync("sh", ["-c", script], { encoding: "utf8" }).split("\0").slice(0, -1);
}

test("the command that is taught fires into the run that goes on", () => {
  expect(fireCommand(shot, " --address box:50051")).toBe(
    `npx slimmer fire door/front/d-1 --system attic --run ${shot.run} --address box:50051`,
  );
});

test("a shell takes each name as it is, whatever is in it", () => {
  for (const name of ["$(id)", "`id`", "it's", 'a "b"', "a\\b; c | d & e", "~", "*"]) {
    const command = fireCommand({ ...shot, system: name, entity: { ...shot.entity, name } }, "");
    expect(wordsOf(command)).toEqual([
      "slimmer",
      "fire",
      `door/${name}/d-1`,
      "--system",
      name,
      "--run",
      shot.run,
    ]);
  }
});

test("a sensor that the short form can't hold is given in full", () => {
  for (const entity of [
    { ...shot.entity, name: "bob's / door" },
    { ...shot.entity, category: "--help" },
    { ...shot.entity, category: '{"a' },
  ]) {
    const [, , sensor] = wordsOf(fireCommand({ ...shot, entity }, ""));
    expect(JSON.parse(sensor ?? "")).toEqual(entity);
  }
});

test("the address is that of the page's own host, unless Envoy stands before it", () => {
  expect(addressOption({ protocol: "http:", hostname: "box" })).toBe(" --address box:50051");
  expect(addressOption({ protocol: "http:", hostname: "[::1]" })).toBe(" --address '[::1]:50051'");
  expect(addressNote({ protocol: "http:", hostname: "box" })).toBe("");
  expect(addressOption({ protocol: "https:", hostname: "web.box" })).toBe("");
  expect(addressNote({ protocol: "https:", hostname: "web.box" })).toContain("--address");
});
