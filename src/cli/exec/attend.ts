import type { Client, Run } from "slimmer-client";
import { SlimmerError } from "../../domain/errors.ts";
import { TimeoutError, within } from "../../kit/within.ts";
import type { Connection } from "../connection/connection-options.ts";
import { isClientError, openClient, reportClientError } from "../connection/open-client.ts";
import { note } from "../output/output-option.ts";
import type { Sensor } from "../sensors/parse-sensor.ts";

/** Longest that a job waits for the registration of its run, in milliseconds: then it begins without. */
const PATIENCE_MS = 2_000;

export type JobRun = {
  readonly system: string;
  readonly sensors: readonly Sensor[];
  readonly labels: Record<string, string>;
  readonly silentAfterMs: number | undefined;
};

/** The run beside a job. */
export type Attendance = {
  /** undefined where there is none: the job runs all the same. */
  readonly runId: string | undefined;
  /** Ends the run, and lets go of the server within the timeout. Never rejects. */
  end(reason: string): Promise<void>;
};

/** Begins a run for a job. Whatever goes wrong is a warning, except a wrong command line, which is thrown. */
export async function attend(connection: Connection, wanted: JobRun): Promise<Attendance> {
  const patienceMs = Math.min(PATIENCE_MS, connection.timeoutMs);
  let client: Client | undefined;
  try {
    client = await openClient(connection, {
      systemId: wanted.system,
      command: "exec",
      offlineStart: true,
      connectTimeoutMs: patienceMs,
    });
    const run = client.run(wanted.sensors, {
      labels: wanted.labels,
      ...(wanted.silentAfterMs === undefined ? {} : { silentAfterMs: wanted.silentAfterMs }),
    });
    // Its first echo has had its time already: a server that was away then is not waited for once more.
    const registered = client.stats().isConnected
      ? within(patienceMs, "registering the run", run.registered)
      : Promise.reject(new TimeoutError());
    await registered.catch((error: Error) => {
      const why = error instanceof TimeoutError ? "it does not answer yet" : error.message;
      note(`warning: ${connection.address} does not know run ${run.id}: ${why}`);
    });
    return attendanceOf(client, run, connection);
  } catch (error) {
    await client?.close({ timeoutMs: 0 });
    requireRightUsage(error);
    note(`warning: the command runs without a run of ${wanted.system}: ${messageOf(error)}`);
    return { runId: undefined, end: async () => {} };
  }
}

function attendanceOf(
  client: Client,
  run: Run,
  { address, spool, timeoutMs }: Connection,
): Attendance {
  return {
    runId: run.id,
    async end(reason) {
      try {
        const waitMs = client.stats().isConnected ? timeoutMs : Math.min(PATIENCE_MS, timeoutMs);
        await within(waitMs, "telling the end of the run", run.end(reason));
      } catch {
        const later =
          spool === undefined ? "" : `; it is on disk in ${spool}, send with: slimmer spool drain`;
        note(`warning: ${address} does not know the end of run ${run.id} (${reason})${later}`);
      }
      await client.close({ timeoutMs: 0 });
    },
  };
}

function requireRightUsage(error: unknown): void {
  if (error instanceof SlimmerError) throw error;
  if (isClientError(error) && error.code === "OPTIONS_INVALID") reportClientError(error);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
