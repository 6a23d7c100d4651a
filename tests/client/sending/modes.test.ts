import { describe, expect, test } from "vitest";
import type { SendingMode } from "../../../src/client/options.ts";
import { createModes } from "../../../src/client/sending/modes.ts";

function bench({ sending = "auto" as SendingMode, isBalanced = false } = {}) {
  const clock = { ms: 0 };
  return { clock, modes: createModes({ sending, isBalanced, monoMs: () => clock.ms }) };
}

test("begins with a stream, and with batches where each call may go to another server", () => {
  expect(bench().modes.mode).toBe("stream");
  expect(bench({ isBalanced: true }).modes.mode).toBe("batch");
});

test("gives up what the server does not know, one after the other, and asks again after ten minutes", () => {
  const { modes, clock } = bench();

  expect(modes.fallBack("stream")).toBe(true);
  expect(modes.mode).toBe("batch");
  expect(modes.fallBack("batch")).toBe(true);
  expect(modes.mode).toBe("single");
  expect(modes.fallBack("single")).toBe(false);
  clock.ms = 599_999;
  expect(modes.mode).toBe("single");
  clock.ms = 600_000;
  expect(modes.mode).toBe("stream");
});

test("several calls that learn the same at once fall back once", () => {
  const { modes } = bench();
  expect(modes.fallBack("stream")).toBe(true);
  expect(modes.fallBack("batch")).toBe(true);
  expect(modes.fallBack("stream")).toBe(true);

  expect(modes.mode).toBe("single");
});

test("streams that break three times before they acknowledge give way to batches for a minute", () => {
  const { modes, clock } = bench();
  modes.streamBroke();
  modes.streamBroke();
  expect(modes.mode).toBe("stream");
  modes.streamBroke();
  expect(modes.mode).toBe("batch");
  clock.ms = 60_000;
  expect(modes.mode).toBe("stream");
});

test("a stream that works in between is no reason to give it up", () => {
  const { modes } = bench();
  for (let times = 0; times < 5; times += 1) {
    modes.streamBroke();
    modes.streamBroke();
    modes.streamWorks();
  }
  expect(modes.mode).toBe("stream");
});

test("batches that break as well acquit the stream", () => {
  const { modes } = bench();
  for (let times = 0; times < 3; times += 1) modes.streamBroke();
  expect(modes.mode).toBe("batch");
  modes.batchBroke();
  expect(modes.mode).toBe("stream");

  modes.fallBack("stream");
  modes.batchBroke();
  expect(modes.mode).toBe("batch");
});

describe("a mode that was asked for stays", () => {
  test.each(["stream", "batch", "single"] as const)("%s", (sending) => {
    const { modes } = bench({ sending });
    for (let times = 0; times < 5; times += 1) modes.streamBroke();
    expect(modes.fallBack(sending)).toBe(false);
    expect(modes.mode).toBe(sending);
  });
});
