import { setTimeout as pause } from "node:timers/promises";
import type { Ledger } from "./ledger.ts";
import type { Copy } from "./plan.ts";

/** Copies in the order and at the pace of the plan, shared by the senders of one path. */
export type Feed = {
  /** Waits for the next copy's moment, then `lingerMs` more for company; nothing when the feed is at its end. */
  next(limits: { max: number; lingerMs: number }): Promise<Copy[]>;
};

export function createFeed(copies: readonly Copy[], seconds: number, ledger: Ledger): Feed {
  let place = 0;
  const dueInMs = (copy: Copy) => copy.moment * seconds * 1_000 - ledger.nowMs();

  return {
    async next({ max, lingerMs }) {
      const first = copies[place];
      if (!first || ledger.isOver) return [];
      place += 1;
      const waitMs = dueInMs(first) + lingerMs;
      if (waitMs > 0) await pause(waitMs);
      const taken = [first];
      for (let next = copies[place]; next && taken.length < max; next = copies[place]) {
        if (dueInMs(next) > 0) break;
        taken.push(next);
        place += 1;
      }
      return taken;
    },
  };
}
