import { columns } from "../support/columns.ts";
import type { Finding } from "./check.ts";
import { type ClientReport, PATIENCE_MS } from "./client-scenario.ts";
import type { LoadReport } from "./load-scenario.ts";
import type { OutageReport } from "./outage-scenario.ts";

/** For a person; everything that must hold is at the end, one line each. */
export function loadText({ options, plan, ledger, faults, findings }: LoadReport): string {
  const strays = plan.items.filter(({ isSuspect }) => isSuspect).length;
  const unregistered = plan.items.filter(({ isUnregistered }) => isUnregistered).length;
  const paths = [...ledger.byPath].map(([path, { sent, acknowledged, duplicates }]) => [
    path,
    String(sent),
    String(acknowledged),
    String(duplicates),
  ]);
  const refusals = [...ledger.refusals].sort().map(([name, count]) => [name, String(count)]);
  const struck = faults.map(({ kind, beganMs, backMs, recoveredMs }) => [
    kind,
    `at ${ms(beganMs)}`,
    `away for ${ms(backMs - beganMs)}`,
    `first acknowledgement ${ms(recoveredMs)} after it was back`,
  ]);
  return [
    `torture: load, seed ${options.seed}`,
    `  ${plan.items.length} activations of ${plan.systems.length} systems (${unregistered} of unregistered sensors, ${strays} with a wrong clock)`,
    `  sent ${plan.copies.length} times, acknowledged within ${ms(ledger.lastAcknowledgedMs)}`,
    "",
    columns([["path", "copies", "acknowledged", "as duplicates"], ...paths], "  "),
    "",
    columns([["refused and repeated", ""], ...refusals], "  "),
    "",
    columns(struck, "  "),
    "",
    findingsText(findings),
  ].join("\n");
}

export function outageText({ options, findings, ...report }: OutageReport): string {
  const refusals = [...report.refusals].sort().map(([name, count]) => [name, String(count)]);
  return [
    `torture: outage of PostgreSQL for ${options.seconds} s, seed ${options.seed}`,
    `  ${report.calls} calls; the slowest refusal took ${ms(report.slowestMs)}`,
    "",
    columns(refusals, "  "),
    "",
    findingsText(findings),
  ].join("\n");
}

export function clientText({ options, counts, ...report }: ClientReport): string {
  const { fired, stored, duplicated, lost, atRisk } = counts;
  const faults = [...report.faults].sort().map(([kind, count]) => [kind, String(count)]);
  const retries = [...counts.retries].sort().map(([name, count]) => [name, String(count)]);
  const problems = [...counts.problems].sort().map(([name, count]) => [name, String(count)]);
  return [
    `torture: client, seed ${options.seed}`,
    `  ${report.cycles} cycles: ${fired} fired, ${stored} stored, ${duplicated} duplicated, ${lost} lost, ${atRisk} at risk`,
    `  ${counts.retriesMet} retries met their first copy; ${counts.mistimed} were fired before the client could know the time`,
    `  after ${report.recovered} cycles deliveries went on within ${ms(PATIENCE_MS)}; what waited at the end was sent in ${ms(report.flushedMs)}`,
    ...report.missing.map((reason) => `  not on this machine: ${reason}`),
    "",
    columns([["fault", "struck"], ...faults], "  "),
    "",
    columns([["retried", ""], ...retries], "  "),
    "",
    ...(problems.length > 0 ? [columns([["told by the client", ""], ...problems], "  "), ""] : []),
    findingsText(report.findings),
  ].join("\n");
}

function findingsText(findings: readonly Finding[]): string {
  const lines = findings.map(({ name, ok, detail }) => {
    const [first = "", ...more] = detail.split("\n");
    return { cells: [ok ? "OK" : "FAILED", name, first], more };
  });
  const more = lines.flatMap((line) => line.more.map((text) => `    ${text}`));
  return [
    columns(
      lines.map(({ cells }) => cells),
      "  ",
    ),
    ...more,
  ].join("\n");
}

function ms(value: number): string {
  return `${Math.round(value)} ms`;
}
