import type { Client, Firing, Run } from "slimmer-client";
import { TimeoutError, within } from "../kit/within.ts";
import { EXIT } from "../processes/exit-codes.ts";
import type { Connection } from "./connection/connection-options.ts";
import { isClientError, openClient, reportClientError } from "./connection/open-client.ts";
import type { Shot } from "./fire.ts";
import { printStored, type Stored } from "./fire-report.ts";
import { note, type Output } from "./output/output-option.ts";
import { createProgress } from "./output/progress.ts";
import { countText } from "./output/units.ts";

/** So many are fired before the next look at whether there is room for more. */
const STRIDE = 500;

/**
 * Fires, in a given run or in one of its own, with a spool where one is named. Prints what was stored; resolves with the
 * exit code: 0 when that is all of it.
 */
export async function fireShot(
  connection: Connection,
  shot: Shot,
  output: Output,
): Promise<number> {
  try {
    const client = await openClient(connection, {
      systemId: shot.system,
      command: "fire",
      overflow: "block",
      // The process that runs the system gives its signs of life.
      heartbeatMs: 0,
    });
    try {
      const run = shot.runId === undefined ? client.run([shot.sensor]) : client.resume(shot.runId);
      const outcome = await fireAll(client, run, shot, connection.timeoutMs);
      if (shot.runId === undefined) await endOwn(run, outcome, connection);
      return report(run, shot, outcome, connection, output);
    } finally {
      await client.close({ timeoutMs: 0 });
    }
  } catch (error) {
    return reportClientError(error);
  }
}

type Outcome = { readonly stored: Stored[]; readonly refusals: Error[]; readonly isAll: boolean };

async function fireAll(client: Client, run: Run, shot: Shot, timeoutMs: number): Promise<Outcome> {
  const stored: Stored[] = [];
  const refusals: Error[] = [];
  const outcomes: Promise<void>[] = [];
  const progress = createProgress("firing");
  const show = () =>
    progress.update(stored.length, shot.count, `${stored.length} of ${shot.count} stored`);
  for (let fired = 1; fired <= shot.count; fired += 1) {
    outcomes.push(
      fire(run, shot).then(
        (delivery) => void stored.push(delivery),
        (error: Error) => void refusals.push(error),
      ),
    );
    if (fired % STRIDE !== 0) continue;
    show();
    await within(timeoutMs, "waiting for room", client.room()).catch(ignoreTimeout);
  }
  const timer = setInterval(show, 200);
  const settled = Promise.all(outcomes);
  let before = -1;
  // As long as something moves there is hope.
  while (before !== outcomes.length && before !== stored.length + refusals.length) {
    before = stored.length + refusals.length;
    const isSettled = await within(timeoutMs, "storing", settled).then(() => true, ignoreTimeout);
    if (isSettled) break;
  }
  clearInterval(timer);
  progress.end();
  return { stored, refusals, isAll: stored.length === shot.count };
}

function fire(run: Run, { sensor, attributes, occurredAt }: Shot): Firing {
  return run.fire(sensor, { attributes, ...(occurredAt ? { occurredAt } : {}) });
}

/** Also where not all is stored: with a spool the end is told later. */
async function endOwn(run: Run, { isAll }: Outcome, { timeoutMs }: Connection): Promise<void> {
  const ended = run.end("fired by slimmer fire");
  ended.catch(() => {});
  if (!isAll) return;
  await within(timeoutMs, "ending the run", ended).catch((error: Error) =>
    note(`warning: the server does not know the end of run ${run.id}: ${error.message}`),
  );
}

function report(
  run: Run,
  shot: Shot,
  { stored, refusals, isAll }: Outcome,
  { address, spool, timeoutMs }: Connection,
  output: Output,
): number {
  if (stored.length > 0) printStored({ system: shot.system, run: run.id, stored }, output);
  if (isAll) return EXIT.ok;
  const [refusal] = refusals;
  if (refusal) note(`${countText(refusals.length, "activation")} not stored: ${refusal.message}`);
  const waiting = countText(shot.count - stored.length - refusals.length, "activation");
  if (refusals.length + stored.length === shot.count) return EXIT.failed;
  note(
    spool === undefined
      ? `${waiting} not known to be stored: ${address} did not answer within ${timeoutMs} ms`
      : `${waiting} not delivered yet, but safe on disk in ${spool}; send later with: slimmer spool drain ${spool} --address ${address}`,
  );
  return EXIT.failed;
}

function ignoreTimeout(error: unknown): false {
  if (error instanceof TimeoutError || isClientError(error)) return false;
  throw error;
}
