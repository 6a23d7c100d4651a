import type { BenchResults, Figures, FireRow, PageRow } from "./results.ts";
import { columns } from "./support/columns.ts";

/** The results for a person. */
export function table({
  machine,
  options,
  rates,
  onlookers,
  memory,
  ...rest
}: BenchResults): string {
  const parts = [
    `${machine.cores} cores (${machine.cpu}), ${machine.memoryGiB} GiB, ${machine.platform}, Node ${machine.node}, PostgreSQL ${machine.postgres} with fsync on`,
    `medians of ${options.rounds} rounds of ${options.seconds} s; load generator, server and database on this machine`,
  ];
  if (rates.length > 0) {
    const head = [
      "row",
      "",
      "per second",
      "p50",
      "p99",
      "CPU s/1,000",
      "of PostgreSQL",
      "of Envoy",
      "of the client",
      "peak RSS",
      "ratio",
      "goal",
    ];
    const lines = rates.flatMap(({ row, what, measured, reference, ratio, goal }) => [
      [String(row), what, ...cells(measured), ratio.toFixed(2), `≥ ${goal}`],
      ["", `  against ${reference.name}`, ...cells(reference), "", ""],
    ]);
    parts.push("", columns([head, ...lines]));
  }
  for (const { row, what, stored, watched, events, ...given } of onlookers) {
    parts.push(
      "",
      `${row}  ${what}: ${watched} of ${stored} activations by watch, ${events} live events, ${given.answers} answers (${Math.round(given.answersDue)} due); ${given.webCores.toFixed(2)} cores of web, ${given.ownCores.toFixed(2)} of their own`,
    );
  }
  for (const row of memory) {
    parts.push(
      "",
      `${row.row}  ${row.what}: ${mib(row.peakMiB)} (idle ${mib(row.idleMiB)}), goal < ${row.goalMiB} MiB; ${row.waitingRows} activations waiting, ${row.refusedCalls} calls refused, stored again ${Math.round(row.recoveredMs)} ms after the release`,
    );
  }
  const { fires, backlogs, pages, paints, lives, exports, leftOut } = rest;
  if (fires.length > 0) parts.push("", fireTable(fires));
  for (const row of backlogs) {
    parts.push(
      "",
      `${row.row}  ${row.what}: ${row.live} activations, p50 ${ms(row.liveP50Ms)}, p99 ${ms(row.liveP99Ms)} to the commit, goal < ${row.goalP99Ms} ms`,
      `${row.row}  memory of the client: ${mib(row.peakMiB)} (${mib(row.idleMiB)} afterwards), goal < ${row.goalMiB} MiB`,
    );
  }
  if (pages.length > 0) parts.push("", pageTable(pages));
  for (const { row, what, medianMs, slowestMs, goalMs } of paints) {
    parts.push(
      "",
      `${row}  ${what}: median ${ms(medianMs)}, slowest ${ms(slowestMs)}, goal < ${goalMs} ms`,
    );
  }
  for (const { row, what, fired, shown, countedOnly, ...live } of lives) {
    parts.push(
      "",
      `${row}  ${what}: p50 ${shownIn(live.p50Ms)}, p99 ${shownIn(live.p99Ms)}, goal < ${live.goalP99Ms} ms; ${fired} fired, ${shown} shown, ${countedOnly} counted only; ${live.longTasks} tasks over 50 ms, the longest ${ms(live.longestTaskMs)}`,
    );
  }
  for (const { row, what, withAttributes, perSecond, bytes, ...web } of exports) {
    const { idleMiB, peakMiB, goalMiB } = web;
    parts.push(
      "",
      `${row}  ${what} (${withAttributes.toLocaleString("en")} with attributes): ${Math.round(perSecond).toLocaleString("en")} a second, ${mib(bytes / 2 ** 20)}; web process ${mib(peakMiB)} (${mib(idleMiB)} before), goal < ${goalMiB} MiB`,
    );
  }
  for (const { row, what, why } of leftOut) parts.push("", `${row}  ${what}: left out, ${why}`);
  return parts.join("\n");
}

function fireTable(fires: readonly FireRow[]): string {
  const head = ["row", "", "p50", "p99", "max", "loop p99", "loop max", "goals (p50, loop)"];
  const us = (value: number) => `${value.toFixed(1)} µs`;
  const lines = fires.map(({ row, what, goal, ...cost }) => [
    String(row),
    what,
    us(cost.p50Us),
    us(cost.p99Us),
    us(cost.maxUs),
    ms(cost.loopP99Ms),
    ms(cost.loopMaxMs),
    goal ? `< ${goal.p50Us} µs, ${goal.loopMs} ms` : "",
  ]);
  return columns([head, ...lines]);
}

function pageTable(pages: readonly PageRow[]): string {
  const thousands = (count = 0) => count.toLocaleString("en");
  const [first] = pages;
  const head = [
    "row",
    "",
    `p50 with ${thousands(first?.largeActivations)}`,
    "p99",
    `p50 with ${thousands(first?.smallActivations)}`,
    "p99",
    "ratio of p50",
    "goal",
  ];
  const lines = pages.map(({ row, what, large, small, ratio, goal }) => [
    String(row),
    what,
    ...[large.p50Ms, large.p99Ms, small.p50Ms, small.p99Ms].map(ms),
    ratio.toFixed(2),
    `≤ ${goal}`,
  ]);
  return columns([head, ...lines]);
}

function cells(figures: Figures): string[] {
  return [
    Math.round(figures.perSecond).toLocaleString("en"),
    ms(figures.p50Ms),
    ms(figures.p99Ms),
    figures.serverCpuSeconds.toFixed(4),
    figures.databaseCpuSeconds.toFixed(4),
    figures.envoyCpuSeconds > 0 ? figures.envoyCpuSeconds.toFixed(4) : "",
    figures.clientCpuSeconds.toFixed(4),
    figures.peakRssMiB > 0 ? mib(figures.peakRssMiB) : "",
  ];
}

function ms(value: number | undefined): string {
  return value === undefined ? "" : `${value.toFixed(1)} ms`;
}

function shownIn(value: number | undefined): string {
  return value === undefined ? "never shown" : ms(value);
}

function mib(value: number): string {
  return `${Math.round(value)} MiB`;
}
