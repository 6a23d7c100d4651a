import { type Deferred, deferred } from "../support/deferred.ts";
import type { Copy, Path } from "./plan.ts";

/** What the server said of one activation. */
export type Answer = {
  readonly activation_id: string;
  readonly duplicate: boolean;
  readonly unregistered: boolean;
  readonly clock_suspect: boolean;
};

export type PathCount = { sent: number; acknowledged: number; duplicates: number };

/** The account of a load: who was acknowledged, who was refused, and what no server should have said. */
export type Ledger = {
  readonly acknowledged: number;
  readonly lastAcknowledgedMs: number;
  /** Nothing more is expected: all is acknowledged, or the load was given up. */
  readonly isOver: boolean;
  readonly byPath: ReadonlyMap<Path, PathCount>;
  /** By status, and the reason that came with it. */
  readonly refusals: ReadonlyMap<string, number>;
  readonly problems: readonly string[];
  /** Ids that were acknowledged at least once. */
  readonly acknowledgedIds: ReadonlySet<string>;
  /** Milliseconds since the begin of the load. */
  nowMs(): number;
  sent(path: Path, copies: number): void;
  acknowledge(copy: Copy, answer: Answer): void;
  refuse(path: Path, name: string): void;
  problem(text: string): void;
  /** Resolves with the time at which `count` copies were acknowledged, or at which the load was over. */
  whenAcknowledged(count: number): Promise<number>;
  giveUp(): void;
};

const MAX_PROBLEMS = 50;

export function createLedger(paths: readonly Path[], total: number): Ledger {
  const startedAt = performance.now();
  const nowMs = () => performance.now() - startedAt;
  const byPath = new Map(
    paths.map((path): [Path, PathCount] => [path, { sent: 0, acknowledged: 0, duplicates: 0 }]),
  );
  const refusals = new Map<string, number>();
  const problems: string[] = [];
  const acknowledgedIds = new Set<string>();
  const freshIds = new Set<string>();
  let waiters: { count: number; done: Deferred<number> }[] = [];
  let acknowledged = 0;
  let lastAcknowledgedMs = 0;
  let isOver = total === 0;

  function problem(text: string): void {
    if (problems.length < MAX_PROBLEMS) problems.push(text);
  }

  function wake(): void {
    const due = waiters.filter(({ count }) => isOver || acknowledged >= count);
    if (due.length === 0) return;
    waiters = waiters.filter((waiter) => !due.includes(waiter));
    for (const { done } of due) done.resolve(nowMs());
  }

  function check({ item, path }: Copy, answer: Answer): void {
    const id = item.activation.activation_id;
    const said = (what: string) => problem(`${path} answered for ${id}: ${what}`);
    if (answer.activation_id !== id) said(`the id is ${answer.activation_id}`);
    if (answer.unregistered !== item.isUnregistered) said(`unregistered: ${answer.unregistered}`);
    if (answer.clock_suspect !== item.isSuspect) said(`clock_suspect: ${answer.clock_suspect}`);
    if (answer.duplicate) return;
    if (freshIds.has(id)) said("stored now, for the second time");
    freshIds.add(id);
  }

  return {
    get acknowledged() {
      return acknowledged;
    },
    get lastAcknowledgedMs() {
      return lastAcknowledgedMs;
    },
    get isOver() {
      return isOver;
    },
    byPath,
    refusals,
    problems,
    acknowledgedIds,
    nowMs,
    sent(path, copies) {
      (byPath.get(path) as PathCount).sent += copies;
    },
    acknowledge(copy, answer) {
      check(copy, answer);
      const count = byPath.get(copy.path) as PathCount;
      count.acknowledged += 1;
      if (answer.duplicate) count.duplicates += 1;
      acknowledgedIds.add(copy.item.activation.activation_id);
      acknowledged += 1;
      lastAcknowledgedMs = nowMs();
      if (acknowledged >= total) isOver = true;
      wake();
    },
    refuse(path, name) {
      const key = `${path}: ${name}`;
      refusals.set(key, (refusals.get(key) ?? 0) + 1);
    },
    problem,
    whenAcknowledged(count) {
      if (isOver || acknowledged >= count) return Promise.resolve(nowMs());
      const done = deferred<number>();
      waiters.push({ count, done });
      return done.promise;
    },
    giveUp() {
      isOver = true;
      wake();
    },
  };
}
