import { expect, test } from "vitest";
import { createPresenceBook } from "../../src/ingest/presence.ts";

const NUMBERS: Record<string, number> = { greenhouse: 1, attic: 2 };
const report = (sent: number) => ({ sent, spooled: 0, lost: 0 });

function start() {
  const asked: string[] = [];
  const book = createPresenceBook({
    async findSystem(systemId) {
      asked.push(systemId);
      return NUMBERS[systemId];
    },
  });
  return { book, asked };
}

test("the last sign of life of each system is taken away, once", async () => {
  const { book } = start();
  await book.note("greenhouse", { runNo: undefined, seenAtMs: 10, report: undefined });
  await book.note("attic", { runNo: undefined, seenAtMs: 15, report: report(1) });
  await book.note("greenhouse", { runNo: undefined, seenAtMs: 20, report: report(2) });
  expect(book.take()).toEqual([
    { systemNo: 1, seenAtMs: 20, report: report(2) },
    { systemNo: 2, seenAtMs: 15, report: report(1) },
  ]);
  expect(book.take()).toEqual([]);
});

test("a sign without an account keeps the account of the one before", async () => {
  const { book } = start();
  await book.note("greenhouse", { runNo: undefined, seenAtMs: 10, report: report(1) });
  await book.note("greenhouse", { runNo: undefined, seenAtMs: 20, report: undefined });
  expect(book.take()).toEqual([{ systemNo: 1, seenAtMs: 20, report: report(1) }]);
});

test("a system is looked up once; an unknown one each time, and refused", async () => {
  const { book, asked } = start();
  await book.note("greenhouse", { runNo: undefined, seenAtMs: 10, report: undefined });
  await book.note("greenhouse", { runNo: undefined, seenAtMs: 20, report: undefined });
  for (let attempt = 0; attempt < 2; attempt++) {
    await expect(
      book.note("nobody", { runNo: undefined, seenAtMs: 10, report: undefined }),
    ).rejects.toMatchObject({
      reason: "SYSTEM_UNKNOWN",
    });
  }
  expect(asked).toEqual(["greenhouse", "nobody", "nobody"]);
  expect(book.take()).toHaveLength(1);
});

test("what could not be written is put back", async () => {
  const { book } = start();
  await book.note("greenhouse", { runNo: undefined, seenAtMs: 10, report: report(1) });
  const taken = book.take();
  book.putBack(taken);
  expect(book.take()).toEqual(taken);
});

test("newer notes win over what is put back", async () => {
  const { book } = start();
  await book.note("greenhouse", { runNo: undefined, seenAtMs: 10, report: report(1) });
  await book.note("attic", { runNo: undefined, seenAtMs: 10, report: undefined });
  const taken = book.take();
  await book.note("greenhouse", { runNo: undefined, seenAtMs: 20, report: report(2) });
  book.putBack(taken);
  expect(book.take()).toEqual([
    { systemNo: 1, seenAtMs: 20, report: report(2) },
    { systemNo: 2, seenAtMs: 10, report: undefined },
  ]);
});

test("an account that is put back is not lost to a newer sign without one", async () => {
  const { book } = start();
  await book.note("greenhouse", { runNo: undefined, seenAtMs: 10, report: report(1) });
  const taken = book.take();
  await book.note("greenhouse", { runNo: undefined, seenAtMs: 20, report: undefined });
  book.putBack(taken);
  expect(book.take()).toEqual([{ systemNo: 1, seenAtMs: 20, report: report(1) }]);
});

test("the runs of a system have accounts of their own", async () => {
  const { book } = start();
  const sign = (runNo: number | undefined, seenAtMs: number, sent: number) =>
    book.note("greenhouse", { runNo, seenAtMs, report: report(sent) });
  await sign(1, 10, 1);
  await sign(2, 20, 2);
  await sign(1, 30, 3);
  await sign(undefined, 40, 4);
  const taken = book.take();
  expect(taken).toEqual([
    { systemNo: 1, runNo: 1, seenAtMs: 30, report: report(3) },
    { systemNo: 1, runNo: 2, seenAtMs: 20, report: report(2) },
    { systemNo: 1, seenAtMs: 40, report: report(4) },
  ]);
  book.putBack(taken);
  expect(book.take()).toEqual(taken);
});
