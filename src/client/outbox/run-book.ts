import { ClientError } from "../errors.ts";
import type { Tell } from "../events.ts";
import type { Spool } from "../spool/spool.ts";
import type { Refusal } from "./item.ts";
import type { Registration, RunBook, RunRecord } from "./run-record.ts";

type Page = {
  record: RunRecord;
  /** The run began in this process. */
  readonly isOwn: boolean;
  refusal: Refusal | undefined;
  /** Told how the registration went. */
  onRegistered: ((outcome: Registration | ClientError) => void)[];
  onEnded: ((error: ClientError | undefined) => void)[];
  hasEnded: boolean;
};

export type OwnRunBook = RunBook & {
  /** Begins a run of this process. Its outcome is told once. */
  begin(record: RunRecord, onRegistered: (outcome: Registration | ClientError) => void): void;
  /** Goes on with a run that was begun elsewhere. */
  adopt(runId: string, systemId: string, startedAtMs: number): void;
  /** Plans the end of a run; `onEnded` is told once the server knows, or never will. */
  end(
    runId: string,
    end: { reason: string; atMs: number },
    onEnded: (error: ClientError | undefined) => void,
  ): void;
  /** Resolves once the server knows of every run and end that it was to be told of; never, after `signal`. */
  settled(signal: AbortSignal): Promise<void>;
  /** The server is owed a run, or an end. */
  readonly isOwing: boolean;
  /** Forgets runs that nothing is left of. */
  tidy(): void;
  /** Tells everybody who waits that the client was closed. */
  close(): void;
};

/** The runs that still matter, in memory and, with a spool, on disk, so that a later process can register them again. */
export function createRunBook({
  spool,
  tell,
  usedInMemory = () => new Set(),
}: {
  spool: Spool | undefined;
  tell: Tell;
  /** The runs of the activations that are in memory. */
  usedInMemory?(): ReadonlySet<string>;
}): OwnRunBook {
  const pages = new Map<string, Page>();
  let work: () => void = () => {};
  const waiters = new Set<() => void>();

  for (const record of spool?.runs.all() ?? []) open(record, false);

  function open(record: RunRecord, isOwn: boolean): Page {
    const page: Page = {
      record,
      isOwn,
      refusal: undefined,
      onRegistered: [],
      onEnded: [],
      hasEnded: false,
    };
    pages.set(record.runId, page);
    return page;
  }

  function keep(page: Page, change: Partial<RunRecord>): void {
    page.record = { ...page.record, ...change };
    spool?.runs.save(page.record);
  }

  function answer(page: Page, outcome: Registration | ClientError): void {
    for (const listener of page.onRegistered.splice(0)) listener(outcome);
    checkOwing();
  }

  function finish(page: Page, error: ClientError | undefined): void {
    page.hasEnded = true;
    for (const listener of page.onEnded.splice(0)) listener(error);
    tidy();
    checkOwing();
  }

  function isOwing(): boolean {
    for (const page of pages.values()) if (isOwed(page) || isEndOwed(page)) return true;
    return false;
  }

  function checkOwing(): void {
    if (waiters.size === 0 || isOwing()) return;
    for (const resolve of waiters) resolve();
    waiters.clear();
  }

  function tidy(): void {
    if (pages.size === 0) return;
    const [onDisk, inMemory] = [spool?.runIds, usedInMemory()];
    for (const [runId, page] of pages) {
      const isOpen = page.isOwn && !page.hasEnded;
      if (isOpen || isOwed(page) || isEndOwed(page)) continue;
      if (onDisk?.has(runId) || inMemory.has(runId)) continue;
      pages.delete(runId);
      spool?.runs.remove(runId);
    }
  }

  function records(isWanted: (page: Page) => boolean): RunRecord[] {
    return [...pages.values()].filter(isWanted).map(({ record }) => record);
  }

  return {
    get(runId) {
      const record = pages.get(runId)?.record;
      return record?.isForeign ? undefined : record;
    },
    get unregistered() {
      return records(isOwed);
    },
    get unended() {
      return records(isEndOwed);
    },
    begin(record, onRegistered) {
      const page = open(record, true);
      page.onRegistered.push(onRegistered);
      spool?.runs.save(record);
      work();
    },
    adopt(runId, systemId, startedAtMs) {
      if (pages.has(runId)) return;
      open(
        {
          ...{ systemId, runId, startedAtMs, sensors: [], labels: {}, silentAfterMs: undefined },
          client: { name: "", version: "", host: "" },
          isRegistered: true,
          isForeign: true,
        },
        true,
      );
    },
    end(runId, end, onEnded) {
      const page = pages.get(runId);
      if (!page) return onEnded(undefined);
      page.onEnded.push(onEnded);
      if (page.refusal) return finish(page, refusedRun(page.refusal));
      if (!page.record.end) keep(page, { end });
      work();
    },
    registered(runId, registration, serverRunId) {
      const page = pages.get(runId);
      if (!page) return;
      const { isRegistered, serverRunId: before = runId } = page.record;
      // A server of 2018 that was replaced by a newer one takes the client's own id from then on.
      if (serverRunId !== before) keep(page, { isRegistered: true, serverRunId });
      else if (!isRegistered) keep(page, { isRegistered: true });
      answer(page, registration);
    },
    registrationRefused(runId, refusal) {
      const page = pages.get(runId);
      if (!page) return;
      page.refusal = refusal;
      const error = refusedRun(refusal);
      tell("problem", { what: "run", message: `run ${runId}: ${error.message}` });
      answer(page, error);
      if (page.record.end) finish(page, error);
    },
    ended(runId) {
      const page = pages.get(runId);
      if (page) finish(page, undefined);
    },
    endRefused(runId, refusal) {
      const page = pages.get(runId);
      if (page) finish(page, refusedRun(refusal));
    },
    settled(signal) {
      if (!isOwing()) return Promise.resolve();
      return new Promise((resolve) => {
        waiters.add(resolve);
        signal.addEventListener("abort", () => waiters.delete(resolve));
      });
    },
    get isOwing() {
      return isOwing();
    },
    refusalOf: (runId) => pages.get(runId)?.refusal,
    onWork(listener) {
      work = listener;
    },
    tidy,
    close() {
      for (const page of pages.values()) {
        const error = new ClientError(
          "CLOSED",
          `the client was closed before the server knew ${page.record.end ? "the end of " : ""}run ${page.record.runId}`,
        );
        answer(page, error);
        for (const listener of page.onEnded.splice(0)) listener(error);
      }
      for (const resolve of waiters) resolve();
      waiters.clear();
    },
  };
}

/** The server has never had it, and may still. */
function isOwed({ record, refusal }: Page): boolean {
  return !record.isRegistered && refusal === undefined;
}

function isEndOwed({ record, hasEnded, refusal }: Page): boolean {
  return record.end !== undefined && !hasEnded && refusal === undefined;
}

function refusedRun({ status, reason, message }: Refusal): ClientError {
  return new ClientError("REFUSED", `the server refused it: ${status}: ${message}`, {
    status,
    reason,
  });
}
