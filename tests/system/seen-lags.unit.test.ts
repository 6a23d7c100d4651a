import { expect, test } from "vitest";
import { lagAt, lagsOf } from "../../bench/rows/seen-lags.ts";

const fired = { warmUpCalls: 2, calls: 4 };
const row = (seq: number, lagMs: number) => ({ seq, lagMs });

test("every measured call has a lag, and the warm-up has none", () => {
  const rows = [row(1, 900), row(3, 40), row(4, 20), row(6, 10), row(5, 30)];
  expect(lagsOf({ rows }, fired)).toEqual([10, 20, 30, 40]);
});

test("a call that was never shown is beyond any goal", () => {
  const lags = lagsOf({ rows: [row(3, 40), row(5, 30)] }, fired);
  expect(lags).toEqual([30, 40, Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY]);
  expect(lagAt(lags, 0.5)).toBe(40);
  expect(lagAt(lags, 0.99)).toBe(Number.POSITIVE_INFINITY);
});

test("nothing fired is no lag", () => {
  expect(lagAt(lagsOf({ rows: [] }, { warmUpCalls: 2, calls: 0 }), 0.5)).toBe(
    Number.POSITIVE_INFINITY,
  );
});

test("a number that was never fired is refused", () => {
  expect(() => lagsOf({ rows: [row(7, 1)] }, fired)).toThrow("number 7, which was never fired");
});
