import { expect, test } from "vitest";
import { createPace } from "../../src/web/pace.ts";

test.each([
  [0, 1],
  [99, 1],
  [100, 2],
  [250, 3],
  [2_000, 4],
])("with %i live feeds pages come back after %i times as long", (liveFeeds, factor) => {
  const pace = createPace();
  pace.see(liveFeeds);
  expect(pace.factor).toBe(factor);
});
