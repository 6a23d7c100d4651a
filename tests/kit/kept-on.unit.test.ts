import { expect, test } from "vitest";
import { keptOn } from "../../src/kit/kept-on.ts";

test("something is made of an object once, however often it is asked for", () => {
  let made = 0;
  const lengthOf = keptOn(({ text }: { text: string }) => {
    made += 1;
    return { length: text.length };
  });
  const key = { text: "door" };
  expect(lengthOf(key)).toBe(lengthOf(key));
  expect(lengthOf({ text: "gate" })).not.toBe(lengthOf(key));
  expect(made).toBe(2);
});

test("two makers don't get in each other's way, and nobody sees what they keep", () => {
  const upper = keptOn(({ text }: { text: string }) => text.toUpperCase());
  const lower = keptOn(({ text }: { text: string }) => text.toLowerCase());
  const key = { text: "Door" };
  expect([upper(key), lower(key), upper(key)]).toEqual(["DOOR", "door", "DOOR"]);
  expect(Object.keys(key)).toEqual(["text"]);
  expect(JSON.stringify(key)).toBe('{"text":"Door"}');
});
