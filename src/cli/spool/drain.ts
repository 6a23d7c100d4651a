import type { Client, SpoolInspection } from "slimmer-client";
import { EXIT } from "../../processes/exit-codes.ts";
import { listenForStop } from "../../processes/stop-signals.ts";
import type { Connection } from "../connection/connection-options.ts";
import { openClient, reportClientError } from "../connection/open-client.ts";
import { note, type Output, printJson, printLine } from "../output/output-option.ts";
import { createProgress } from "../output/progress.ts";
import { renderFacts } from "../output/table.ts";
import { countText } from "../output/units.ts";
import { wrongUsage } from "../usage.ts";

const LOOK_EVERY_MS = 200;

type Wish = { readonly dir: string; readonly patienceMs: number; readonly output: Output };

/** What became of what waited. */
type Drained = {
  readonly delivered: number;
  readonly duplicates: number;
  readonly refused: number;
  readonly dropped: number;
  readonly left: number;
  /** Runs, or ends of runs, that the server does not know. */
  readonly isOwed: boolean;
};

/** `slimmer spool drain`: sends what waits in a spool folder; resolves with the exit code. */
export async function drainSpool(connection: Connection, wish: Wish): Promise<number> {
  const { inspectSpool } = await import("slimmer-client");
  try {
    const seen = await inspectSpool(wish.dir);
    if (seen.ownerPid !== undefined) {
      note(
        `process ${seen.ownerPid} uses ${seen.dir}, and sends what waits there by itself; to send it from here, end that first`,
      );
      return EXIT.failed;
    }
    const isEmpty = seen.totals.records === 0 && seen.runs.length === 0;
    return report(isEmpty ? NOTHING : await send(connection, seen, wish), wish);
  } catch (error) {
    return reportClientError(error);
  }
}

const NOTHING = { delivered: 0, duplicates: 0, refused: 0, dropped: 0, left: 0, isOwed: false };

async function send(
  connection: Connection,
  seen: SpoolInspection,
  { patienceMs }: Wish,
): Promise<Drained> {
  const client = await openClient(connection, {
    systemId: systemOf(seen, connection.system),
    command: "spool drain",
    offlineStart: false,
    // It speaks of the system's past, and is no sign of its life.
    heartbeatMs: 0,
  });
  const stop = listenForStop();
  const flushed = client.flush();
  const progress = createProgress("draining");
  let isDone = false;
  try {
    isDone = await Promise.race([
      flushed.then(() => true),
      stop.asked.then(() => false),
      watch(client, progress.update, patienceMs),
    ]);
  } finally {
    progress.end();
    flushed.catch(() => {});
    // Tidies away the files of runs that the server knows all about.
    await client.close({ timeoutMs: 0 });
    stop.dispose();
  }
  const { delivered, duplicates, refused, dropped, waiting: left } = client.stats();
  return { delivered, duplicates, refused, dropped, left, isOwed: !isDone };
}

/** Shows how far it is; settles with false once nothing has moved for `patienceMs`. */
function watch(
  client: Client,
  show: (done: number, total: number, text: string) => void,
  patienceMs: number,
): Promise<false> {
  let movedAt = performance.now();
  let last = -1;
  return new Promise((resolve) => {
    const timer = setInterval(() => {
      const { delivered, refused, dropped, waiting } = client.stats();
      const done = delivered + refused + dropped;
      if (done !== last) movedAt = performance.now();
      last = done;
      show(done, done + waiting, `${delivered} delivered, ${waiting} left`);
      if (performance.now() - movedAt < patienceMs) return;
      clearInterval(timer);
      resolve(false);
    }, LOOK_EVERY_MS);
    timer.unref();
  });
}

/** One folder belongs to one system; its run files say which. */
function systemOf({ runs, dir }: SpoolInspection, given: string | undefined): string {
  const systems = [...new Set(runs.flatMap(({ systemId }) => systemId ?? []))];
  if (systems.length > 1) {
    throw wrongUsage([`${dir} holds runs of several systems (${systems.join(", ")})`]);
  }
  const system = systems[0] ?? given;
  if (system === undefined) {
    throw wrongUsage([`no run file in ${dir} tells its system: name it with --system`]);
  }
  return system;
}

function report(drained: Drained, { dir, output, patienceMs }: Wish): number {
  const { isOwed, ...counts } = drained;
  const { delivered, duplicates, refused, dropped, left } = counts;
  if (output === "json") printJson({ dir, ...counts });
  else if (delivered + refused + dropped + left === 0) printLine(`no activation waits in ${dir}`);
  else {
    printLine(
      renderFacts([
        ["delivered", duplicates > 0 ? `${delivered} (${duplicates} had been before)` : delivered],
        ["refused", refused],
        ["dropped", dropped],
        ["left", left],
      ]),
    );
  }
  if (refused > 0) note(`${countText(refused, "activation")} refused: see dead letters in ${dir}`);
  if (dropped > 0) note(`${countText(dropped, "activation")} dropped: too old, or damaged on disk`);
  if (left > 0) {
    note(`${countText(left, "activation")} left: stopped, or nothing moved for ${patienceMs} ms`);
  } else if (isOwed) note("the server does not know of every run and its end yet");
  return left + refused + dropped > 0 || isOwed ? EXIT.failed : EXIT.ok;
}
