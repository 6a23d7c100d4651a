import { createMetrics } from "./metrics.ts";

/** docs/metrics.md, whole. */
export async function metricsPage(): Promise<string> {
  const { registry } = createMetrics({ defaults: false });
  const rows = registry.getMetricsAsArray().map((metric) => {
    const { name, help, type, labelNames = [] } = metric as unknown as Described;
    return `| \`${name}\` | ${String(type)} | ${labelNames.map((label) => `\`${label}\``).join(", ")} | ${help} |`;
  });
  return [
    "# Metrics",
    "",
    "Generated from `src/telemetry/metrics.ts` by `npm run generate`; a test compares the two.",
    "",
    "Every process serves these at `/metrics`, with the usual ones of Node.js (`process_…`, `nodejs_…`) beside them. Labels come from",
    "closed sets: no system, run or sensor is ever a label.",
    "",
    "| name | type | labels | meaning |",
    "| --- | --- | --- | --- |",
    ...rows,
    "",
  ].join("\n");
}

type Described = { name: string; help: string; type: string; labelNames?: string[] };

if (process.argv[1] && import.meta.filename === process.argv[1]) {
  process.stdout.write(await metricsPage());
}
