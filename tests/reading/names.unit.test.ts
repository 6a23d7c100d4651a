import { expect, test } from "vitest";
import {
  createNameBook,
  NOBODY,
  type NumberedRows,
  type Read,
} from "../../src/reading/feed/names.ts";
import type { Queryable } from "../../src/store/queryable.ts";

/** Answers the look-ups of names; sensor n is called "n". */
function createNames() {
  const looks: number[] = [];
  let beforeAnswer = () => {};
  const db = {
    query: async ({ name, values }: { name: string; values: string[] }) => {
      const numbers = values.map((text) => JSON.parse(text.replace("{", "[").replace("}", "]")));
      if (name === "system_names") {
        return { rows: numbers[0].map((no: number) => ({ system_no: no, system_id: `${no}` })) };
      }
      const [systemNos, nos] = numbers as [number[], number[]];
      if (name === "run_ids_of_many") {
        return {
          rows: nos.map((run_no, at) => ({ system_no: systemNos[at], run_no, run_id: "r" })),
        };
      }
      looks.push(nos.length);
      beforeAnswer();
      return {
        rows: nos.map((entity_no, at) => ({
          ...{ system_no: systemNos[at], entity_no },
          ...{ category: "c", name: "n", identity: `${entity_no}` },
        })),
      };
    },
  } as unknown as Queryable;
  const read: Read = (work) => work(db);
  return {
    read,
    looks,
    whenAsked: (work: () => void) => {
      beforeAnswer = work;
    },
  };
}

const ofSensors = (...nos: number[]): [NumberedRows, number[]] => [
  { systemNo: () => 1, runNo: () => 1, entityNo: (row) => nos[row] as number },
  [...nos.keys()],
];

test("what a page needs is there together, also where new names push out old ones", async () => {
  const { read } = createNames();
  const book = createNameBook(read, { max: 4 });
  await book.learn(...ofSensors(1, 2, 3, 4));
  await book.learn(...ofSensors(1, 5, 6, 7));
  for (const no of [1, 5, 6, 7]) expect(book.entity(1, no).identity).toBe(`${no}`);
  expect(book.entity(1, 2)).toBe(NOBODY);
});

test("also where others use names while it is filled", async () => {
  const names = createNames();
  const book = createNameBook(names.read, { max: 4 });
  await book.learn(...ofSensors(1, 2, 3, 4));
  names.whenAsked(() => {
    expect(book.learn(...ofSensors(2, 3, 4))).toBeUndefined();
  });
  await book.learn(...ofSensors(1, 5));
  for (const no of [1, 5]) expect(book.entity(1, no).identity).toBe(`${no}`);
});

test("what is known is not looked up again", async () => {
  const { read, looks } = createNames();
  const book = createNameBook(read, { max: 4 });
  await book.learn(...ofSensors(1, 2));
  await book.learn(...ofSensors(2, 3));
  expect(book.learn(...ofSensors(1, 2, 3))).toBeUndefined();
  expect(looks).toEqual([2, 1]);
});

test("sensors are kept apart whatever their numbers and those of their systems are", async () => {
  const book = createNameBook(createNames().read);
  const systemNos = [
    1,
    2,
    3,
    2 ** 15 - 1,
    2 ** 15,
    2 ** 16,
    2 ** 20 - 1,
    2 ** 20,
    2 ** 21,
    2 ** 40,
  ];
  const entityNos = [1, 2 ** 15, 2 ** 16 - 1, 2 ** 16, 2 ** 17 + 1, 2 ** 31 - 1];
  const all = systemNos.flatMap((systemNo) => entityNos.map((no) => ({ systemNo, no })));
  const rows: NumberedRows = {
    systemNo: (row) => all[row]?.systemNo as number,
    runNo: () => 1,
    entityNo: (row) => all[row]?.no as number,
  };
  await book.learn(rows, [...all.keys()]);
  const found = new Set(all.map(({ systemNo, no }) => book.entity(systemNo, no)));
  expect(found.size).toBe(all.length);
  for (const { systemNo, no } of all) expect(book.entity(systemNo, no).identity).toBe(`${no}`);
});
