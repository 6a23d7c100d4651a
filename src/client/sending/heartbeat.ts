import type { ClientReportOutput } from "slimmer-grpc";
import type { Echo, EchoRequest } from "./echo.ts";
import type { Gate } from "./gate.ts";
import type { Registrar } from "./registrar.ts";
import { verdictOf } from "./verdict.ts";

export type HeartbeatOptions = {
  /** 0 for none. */
  intervalMs: number;
  systemId: string;
  runId(): string | undefined;
  report(): ClientReportOutput;
  ask(request: EchoRequest): Promise<Echo>;
  onReported(report: ClientReportOutput): void;
  gate: Gate;
  registrar: Pick<Registrar, "again">;
  random?: (() => number) | undefined;
};

/** Signs of life of the system, with the client's own account of its spool. Keeps no process alive. */
export function startHeartbeat(options: HeartbeatOptions): { stop(): void } {
  const { intervalMs, systemId, gate, random = Math.random } = options;
  let timer: NodeJS.Timeout | undefined;
  let isStopped = false;
  let lostRunId: string | undefined;

  /** The many clients of a site that was without power do not beat as one. */
  function plan(): void {
    if (isStopped || intervalMs === 0) return;
    timer = setTimeout(beat, intervalMs * (0.9 + random() * 0.2));
    timer.unref();
  }

  async function beat(): Promise<void> {
    const ownRunId = options.runId();
    // A run that was begun elsewhere, and that the server does not know: the system lives all the same.
    if (ownRunId !== lostRunId) lostRunId = undefined;
    const runId = lostRunId === undefined ? ownRunId : undefined;
    const report = options.report();
    try {
      const { isSignOfLife } = await options.ask({ systemId, runId, report });
      gate.succeeded();
      if (isSignOfLife) options.onReported(report);
    } catch (error) {
      const verdict = verdictOf(error);
      if (verdict.action !== "register") await gate.failed(verdict, 0);
      else if (runId !== undefined && !options.registrar.again(runId, verdict)) lostRunId = runId;
    }
    plan();
  }

  plan();
  return {
    stop() {
      isStopped = true;
      clearTimeout(timer);
    },
  };
}
