import type { ActivationParts } from "./activation-encoder.ts";
import type { FireOptions, Run } from "./client.ts";
import type { DeviceClock } from "./clock/device-clock.ts";
import { ClientError, problemsError } from "./errors.ts";
import { checkMap, checkSensor, checkText, type Problems, shown } from "./field-checks.ts";
import { createFiring, type Firing, failedFiring } from "./firing.ts";
import type { OwnOutbox } from "./outbox/outbox.ts";
import { createProspect } from "./outbox/prospect.ts";
import type { OwnRunBook } from "./outbox/run-book.ts";
import type { Registration } from "./outbox/run-record.ts";
import type { Sensor } from "./sensor.ts";

export type RunParts = {
  runId: string;
  startedAtMs: number;
  /** Activations are numbered. Not in a run that another process counts. */
  isCounted: boolean;
  registered: Promise<Registration>;
  clock: Pick<DeviceClock, "nowMs">;
  newId(ms: number): string;
  encode(parts: ActivationParts): Buffer;
  outbox: Pick<OwnOutbox, "accept">;
  runs: Pick<OwnRunBook, "end">;
  isClosed(): boolean;
  onFired(): void;
};

/** One run of the system, in the process that fires. */
export function createRun(parts: RunParts): Run {
  const { runId, clock, outbox, isCounted } = parts;
  let lastSeq = 0;
  let ending: Promise<void> | undefined;

  function check(sensor: Sensor, { attributes, occurredAt }: FireOptions): void {
    const problems: Problems = [];
    checkSensor(problems, "sensor.", sensor);
    if (attributes !== undefined) checkMap(problems, "attributes", attributes);
    if (occurredAt !== undefined && !isTime(occurredAt)) {
      problems.push({ field: "occurredAt", problem: `must be a Date, not ${shown(occurredAt)}` });
    }
    if (problems.length > 0) throw problemsError("ACTIVATION_INVALID", problems);
  }

  function accept(sensor: Sensor, options: FireOptions): Firing {
    if (ending) throw new ClientError("CLOSED", `run ${runId} has ended`);
    if (parts.isClosed()) throw new ClientError("CLOSED", "the client was closed");
    check(sensor, options);
    const { attributes, occurredAt } = options;
    const atMs = clock.nowMs();
    const activationId = parts.newId(atMs);
    const seq = isCounted ? lastSeq + 1 : 0;
    const occurredAtMs = occurredAt?.getTime();
    const bytes = parts.encode({ sensor, activationId, seq, occurredAtMs, attributes });
    const prospect = createProspect();
    const accepted = outbox.accept({ runId, activationId, atMs, bytes }, prospect);
    // Also what was dropped has its number: the hole tells the server that something is missing.
    if (isCounted) lastSeq = seq;
    if ("error" in accepted) throw accepted.error;
    parts.onFired();
    return createFiring(prospect, { activationId, seq, atMs, savedTo: accepted.savedTo });
  }

  return {
    id: runId,
    startedAt: new Date(parts.startedAtMs),
    registered: parts.registered,
    fire(sensor, options = {}) {
      try {
        return accept(sensor, options);
      } catch (error) {
        return failedFiring(createProspect(), error, clock.nowMs());
      }
    },
    end(reason = "") {
      if (ending) return ending;
      const problems: Problems = [];
      checkText(problems, "reason", reason, { min: 0, max: 256 });
      if (problems.length > 0) return Promise.reject(problemsError("OPTIONS_INVALID", problems));
      ending = new Promise((resolve, reject) => {
        if (parts.isClosed()) return reject(new ClientError("CLOSED", "the client was closed"));
        parts.runs.end(runId, { reason, atMs: clock.nowMs() }, (error) =>
          error ? reject(error) : resolve(),
        );
      });
      // May be ignored: the events tell.
      ending.catch(() => {});
      return ending;
    },
  };
}

function isTime(value: unknown): boolean {
  return value instanceof Date && !Number.isNaN(value.getTime());
}
