import { addressNote, addressOption } from "../../ui/shell-words.ts";

/** What to type where no system has registered yet: it takes no run from anybody. */
export function firstCommands(): { command: string; note: string }[] {
  return [
    {
      note: "See what it looks like, with a house that is made up:",
      command: "npx slimmer demo",
    },
    {
      note: `Or fire a first sensor of your own:${addressNote()}`,
      command: `npx slimmer fire door/front/door-1 --system greenhouse${addressOption()}`,
    },
  ];
}
