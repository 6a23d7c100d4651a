import { expect, test } from "vitest";
import { createMetrics } from "../../src/telemetry/metrics.ts";

const all = () => createMetrics({ defaults: false }).registry.getMetricsAsArray();

test("each registry is its own", async () => {
  const [one, other] = [createMetrics(), createMetrics()];
  one.runs.inc();
  expect((await one.runs.get()).values[0]?.value).toBe(1);
  expect((await other.runs.get()).values[0]?.value ?? 0).toBe(0);
});

test("names have the unit that they count in, and one of two families", () => {
  for (const { name } of all()) expect(name).toMatch(/^(grpc_server|slimmer)_[a-z_]+$/);
  for (const metric of all()) {
    if (metric.constructor.name === "Counter") expect(metric.name).toMatch(/_total$/);
    else expect(metric.name).not.toMatch(/_total$/);
  }
});

test("no label names a system, a run or a sensor", () => {
  const labels = all().flatMap((metric) => (metric as { labelNames?: string[] }).labelNames ?? []);
  expect(labels.length).toBeGreaterThan(0);
  expect(labels.filter((label) => /system|run|entity|sensor|identity/.test(label))).toEqual([]);
});

test("the default metrics of Node are there unless a test leaves them out", () => {
  const names = createMetrics()
    .registry.getMetricsAsArray()
    .map(({ name }) => name);
  expect(names).toContain("nodejs_eventloop_lag_seconds");
});
