import { hostname } from "node:os";
import { createActivationEncoder } from "./activation-encoder.ts";
import type { Client, Run } from "./client.ts";
import { type Anchor, createDeviceClock } from "./clock/device-clock.ts";
import { systemTime } from "./clock/system-time.ts";
import { ClientError, problemsError } from "./errors.ts";
import { shown } from "./field-checks.ts";
import { createListeners } from "./listeners.ts";
import { createDeadLetter } from "./outbox/dead-letter.ts";
import { createLosses } from "./outbox/losses.ts";
import { createOutbox } from "./outbox/outbox.ts";
import { createRunBook } from "./outbox/run-book.ts";
import type { Registration } from "./outbox/run-record.ts";
import { createRun, type RunParts } from "./run.ts";
import { completeRun } from "./run-settings.ts";
import { createSending, type Sending, type SendingOptions } from "./sending/sending.ts";
import { isXdsTarget, registerXds } from "./sending/xds-target.ts";
import type { ClientSettings } from "./settings.ts";
import { openSpool } from "./spool/open-spool.ts";
import type { Stats } from "./stats.ts";
import { createIds } from "./uuid-v7.ts";
import { CLIENT_VERSION } from "./version.ts";
import { within } from "./within.ts";

const CLOSE_MS = 5_000;
const CLOCK_FILE = "clock";
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
/** Without a spool there are no bounds of age but memory's. */
const NO_AGE_MS = Number.MAX_SAFE_INTEGER;

/** Puts a client together, and has it meet its server. Whatever was opened is closed again when that fails. */
export async function openClient(settings: ClientSettings): Promise<Client> {
  const { address, systemId } = settings;
  // Before anything is open that would have to be closed.
  if (isXdsTarget(address)) await registerXds(process.env);
  const { add, remove, tell, isHeard } = createListeners();
  /** Found while the spool was opened, before anybody could listen. */
  const damaged: { count: number; fromMs: number; toMs: number }[] = [];
  let onDamaged = (lost: (typeof damaged)[number]) => {
    damaged.push(lost);
  };
  const spool =
    settings.spool &&
    (await openSpool(settings.spool, {
      onProblem: (message) => tell("problem", { what: "disk", message }),
      onDamaged: (lost) => onDamaged(lost),
    }));
  const losses = createLosses(spool);
  let dropped = 0;
  add("dropped", ({ count }) => {
    dropped += count;
  });
  onDamaged = (lost) => {
    losses.add(lost.count);
    tell("dropped", { cause: "damaged", ...lost });
  };
  for (const lost of damaged) onDamaged(lost);

  const clock = createDeviceClock({
    time: systemTime(),
    anchor: spool?.state.read<Anchor>(CLOCK_FILE),
    keepAnchor: (anchor) => spool?.state.write(CLOCK_FILE, anchor),
    onProblem: (message) => tell("problem", { what: "clock", message }),
  });
  const runs = createRunBook({ spool, tell, usedInMemory: () => outbox.runIds() });
  const outbox = createOutbox({
    spool,
    memoryItems: settings.memoryItems,
    overflow: settings.overflow,
    maxAgeMs: settings.spool?.maxAgeMs ?? NO_AGE_MS,
    clock,
    losses,
    refusalOf: (runId) => runs.refusalOf(runId),
    onEmpty: () => runs.tidy(),
    deadLetter: createDeadLetter({
      spool,
      systemIdOf: (runId) => runs.get(runId)?.systemId ?? systemId,
      nowMs: () => clock.nowMs(),
    }),
    tell,
    isHeard,
  });
  onDamaged = (lost) => outbox.damaged(lost);
  runs.tidy();

  const newId = createIds();
  const encode = createActivationEncoder();
  let currentRunId: string | undefined;
  let fired = 0;
  let closing: Promise<void> | undefined;
  let isClosed = false;
  /** Ends of those that wait for everything to be delivered. */
  const flushes = new Set<() => void>();

  const sending = await createOrClose({
    settings,
    outbox,
    runs,
    clock,
    tell,
    report: () => ({
      sent: outbox.counts.delivered,
      spooled: outbox.counts.unsettled,
      lost: losses.count,
    }),
    onReported: ({ lost }) => losses.reported(lost),
    currentRunId: () => currentRunId,
    keepsAlive: () => outbox.counts.memoryOnly > 0 || (spool === undefined && runs.isOwing),
  });

  try {
    await sending.firstEcho(settings.connectTimeoutMs);
  } catch (error) {
    const isAway = error instanceof ClientError && error.code === "SERVER_AWAY";
    if (!isAway || !settings.offlineStart) {
      await sending.stop();
      await spool?.close();
      throw error;
    }
  }
  sending.start();

  /** grpc-js refuses some addresses and options of channels only here. */
  async function createOrClose(options: SendingOptions): Promise<Sending> {
    try {
      return createSending(options);
    } catch (error) {
      await spool?.close();
      const problem = `leads to no channel: ${(error as Error).message}`;
      throw problemsError("OPTIONS_INVALID", [{ field: "address", problem }]);
    }
  }

  function makeRun(
    parts: Pick<RunParts, "runId" | "startedAtMs" | "isCounted" | "registered">,
  ): Run {
    return createRun({
      ...parts,
      clock,
      newId,
      encode,
      outbox,
      runs: {
        end(runId, end, onEnded) {
          if (runId === currentRunId) currentRunId = undefined;
          runs.end(runId, end, onEnded);
        },
      },
      isClosed: () => closing !== undefined,
      onFired: () => {
        fired += 1;
      },
    });
  }

  async function flush({ timeoutMs }: { timeoutMs?: number } = {}): Promise<void> {
    // After `close` nothing is delivered any more.
    if (isClosed && (outbox.counts.unsettled > 0 || runs.isOwing)) throw closedError();
    const waiting = new AbortController();
    const { signal } = waiting;
    const settled = Promise.all([outbox.settled(signal), runs.settled(signal)]).then(() => {});
    const closed = new Promise<never>((_, reject) => {
      const end = () => reject(closedError());
      flushes.add(end);
      signal.addEventListener("abort", () => flushes.delete(end));
    });
    const work = Promise.race([settled, closed]);
    const where = spool ? "what is left is in the spool" : "what is left is in memory";
    const sentence = `not everything was delivered within ${timeoutMs} ms; ${where}`;
    try {
      await (timeoutMs === undefined ? work : within(timeoutMs, sentence, work));
    } finally {
      waiting.abort();
    }
  }

  async function close(timeoutMs: number): Promise<void> {
    await flush({ timeoutMs }).catch(() => {});
    await sending.stop();
    isClosed = true;
    for (const end of flushes) end();
    outbox.close();
    runs.close();
    losses.close();
    runs.tidy();
    await spool?.close();
  }

  function stats(): Stats {
    const { delivered, duplicates, refused, unsettled, memoryOnly } = outbox.counts;
    return {
      isConnected: sending.isConnected,
      sending: sending.mode,
      fired,
      delivered,
      duplicates,
      refused,
      dropped,
      retries: sending.retries,
      waiting: unsettled,
      memoryOnly,
      spool: spool && {
        bytes: spool.bytes,
        maxBytes: settings.spool?.maxBytes ?? 0,
        isDiskFailing: spool.isDiskFailing,
      },
      clockSkewMs: clock.skewMs,
    };
  }

  const client: Client = {
    systemId,
    run(sensors, options = {}) {
      const complete = completeRun(sensors, options);
      if (closing) throw closedError();
      const startedAtMs = clock.nowMs();
      const runId = newId(startedAtMs);
      currentRunId = runId;
      const registered = new Promise<Registration>((resolve, reject) => {
        const program = settings.program ?? { name: "slimmer-client", version: CLIENT_VERSION };
        runs.begin(
          {
            systemId,
            runId,
            ...complete,
            startedAtMs,
            client: { ...program, host: hostname() },
          },
          (outcome) => (outcome instanceof ClientError ? reject(outcome) : resolve(outcome)),
        );
      });
      // May be ignored: the events tell.
      registered.catch(() => {});
      return makeRun({ runId, startedAtMs, isCounted: true, registered });
    },
    resume(runId) {
      if (typeof runId !== "string" || !UUID.test(runId)) {
        const problem = `must be a UUID, not ${shown(runId)}`;
        throw problemsError("OPTIONS_INVALID", [{ field: "runId", problem }]);
      }
      const [id, startedAtMs] = [runId.toLowerCase(), clock.nowMs()];
      runs.adopt(id, systemId, startedAtMs);
      currentRunId ??= id;
      const registered = Promise.resolve({ added: [], removed: [] });
      return makeRun({ runId: id, startedAtMs, isCounted: false, registered });
    },
    ping: () => (closing ? Promise.reject(closedError()) : sending.ping()),
    flush,
    room: () => outbox.room(),
    stats,
    on(name, listener) {
      add(name, listener);
      return client;
    },
    off(name, listener) {
      remove(name, listener);
      return client;
    },
    close({ timeoutMs = CLOSE_MS } = {}) {
      closing ??= close(timeoutMs);
      return closing;
    },
  };
  return client;
}

function closedError(): ClientError {
  return new ClientError("CLOSED", "the client was closed");
}
