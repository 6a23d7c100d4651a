import { validate, version } from "uuid";
import { expect, test } from "vitest";
import { isUuid, isUuidV7, newUuidV7, uuidFloor, uuidMs } from "../../src/domain/uuid.ts";
import { idAt } from "../support/rows.ts";

const ID = "019ab1f0-c3d2-7abc-8def-0123456789ab";

test("new ids are of version 7, of this moment, and ascend", () => {
  const before = Date.now();
  const ids = Array.from({ length: 5_000 }, newUuidV7);
  const after = Date.now();
  expect(ids.every((id) => validate(id) && version(id) === 7 && isUuidV7(id))).toBe(true);
  expect([...ids].sort()).toEqual(ids);
  expect(new Set(ids).size).toBe(ids.length);
  expect(uuidMs(ids[0] as string)).toBeGreaterThanOrEqual(before);
  expect(uuidMs(ids.at(-1) as string)).toBeLessThanOrEqual(after);
});

test("new ids of a given millisecond are of that one, and all different", () => {
  const ms = Date.UTC(2026, 0, 1);
  const ids = Array.from({ length: 50_000 }, () => newUuidV7(ms));
  expect(ids.every((id) => isUuidV7(id) && uuidMs(id) === ms)).toBe(true);
  expect(new Set(ids).size).toBe(ids.length);
});

test.each([0, 1, 65_535, 65_536, Date.UTC(2026, 0, 1), 2 ** 32, 2 ** 48 - 1])(
  "the time %i is in the id and in the floor",
  (ms) => {
    expect(uuidMs(uuidFloor(ms))).toBe(ms);
    expect(uuidMs(idAt(ms))).toBe(ms);
    expect(uuidMs(idAt(ms).toUpperCase())).toBe(ms);
    expect(isUuid(uuidFloor(ms))).toBe(true);
  },
);

test("every id of a millisecond lies between its floor and the next one", () => {
  const ms = Date.UTC(2026, 0, 1);
  for (const id of [idAt(ms), uuidFloor(ms).replace("-0000-0000-", "-7000-8000-")]) {
    expect(id > uuidFloor(ms) && id < uuidFloor(ms + 1)).toBe(true);
  }
});

test("no time lies below the first floor", () => {
  expect(uuidFloor(-1)).toBe("00000000-0000-0000-0000-000000000000");
});

test.each([
  ["an id in lower case", ID, true, true],
  ["an id in upper case", ID.toUpperCase(), true, true],
  ["version 4", ID.replace("-7", "-4"), true, false],
  ["version 6", ID.replace("-7", "-6"), true, false],
  ["another variant", ID.replace("-8def", "-cdef"), true, false],
  ["nothing", "", false, false],
  ["braces", `{${ID}}`, false, false],
  ["no dashes", ID.replaceAll("-", ""), false, false],
  ["a dash out of place", ID.replace("0-c", "-0c"), false, false],
  ["a letter that is no digit", ID.replace("ab1f", "ab1g"), false, false],
  ["a space", ID.replace("ab1f", "ab1 "), false, false],
  ["a character too few", ID.slice(1), false, false],
  ["a character too many", `${ID}0`, false, false],
  ["a NUL", ID.replace("ab1f", "ab1\0"), false, false],
])("%s", (_name, text, isId, isSeven) => {
  expect([isUuid(text), isUuidV7(text)]).toEqual([isId, isSeven]);
});
