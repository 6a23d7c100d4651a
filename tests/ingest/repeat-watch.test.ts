import { expect, test } from "vitest";
import { createRepeatWatch } from "../../src/ingest/repeat-watch.ts";

test("repeats are expected for a second after one was met, and not before", () => {
  let nowMs = 0;
  const watch = createRepeatWatch(() => nowMs);
  expect(watch.areExpected).toBe(false);
  watch.note();
  nowMs = 999;
  expect(watch.areExpected).toBe(true);
  nowMs = 1_000;
  expect(watch.areExpected).toBe(false);
});

test("each repeat prolongs the moment", () => {
  let nowMs = 0;
  const watch = createRepeatWatch(() => nowMs);
  watch.note();
  nowMs = 900;
  watch.note();
  nowMs = 1_800;
  expect(watch.areExpected).toBe(true);
});
