import { expect, test } from "vitest";
import { createMetrics } from "../../src/telemetry/metrics.ts";
import { createAnswers } from "../../src/web/answers.ts";

function start({ factor = 1 } = {}) {
  let nowMs = 0;
  let made = 0;
  const answers = createAnswers({
    metrics: createMetrics({ defaults: false }),
    pace: { factor },
    nowMs: () => nowMs,
  });
  const get = async () => {
    const { body } = await answers.get("/v1/fleet", async () => String(++made));
    return body.toString();
  };
  const wait = (ms: number) => {
    nowMs += ms;
  };
  return { answers, get, wait };
}

test("those who ask within a second have one answer", async () => {
  const { get, wait } = start();
  expect(await get()).toBe("1");
  wait(999);
  expect(await get()).toBe("1");
  wait(1);
  expect(await get()).toBe("2");
});

test("where pages are told to ask half as often, an answer serves for four seconds", async () => {
  const { get, wait } = start({ factor: 2 });
  expect(await get()).toBe("1");
  wait(3_999);
  expect(await get()).toBe("1");
  wait(1);
  expect(await get()).toBe("2");
});

test("those who ask while it is made wait for the same answer, and a failure is nobody's for long", async () => {
  const { answers, get } = start();
  const failing = () => Promise.reject(new Error("away"));
  const both = await Promise.allSettled([
    answers.get("/v1/fleet", failing),
    answers.get("/v1/fleet", async () => "never asked for"),
  ]);
  expect(both.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
  expect(await get()).toBe("1");
});
