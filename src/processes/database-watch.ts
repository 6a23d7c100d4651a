import { SlimmerError } from "../domain/errors.ts";
import { deferred } from "../kit/deferred.ts";
import { startLoop } from "../kit/loop.ts";
import type { Lane } from "../store/lane.ts";

/** Whether the database answers, as a process that only asks it questions knows. */
export type DatabaseWatch = {
  /** Why questions can't be answered now, in words; nothing when they can. */
  readonly problems: readonly string[];
  /** Settles with the first look, whatever that finds. */
  readonly firstLook: Promise<void>;
  /** Looks no more; resolves once the look under way is over, which takes long where the database hangs. */
  stop(): Promise<void>;
};

const LOOK_MS = 1_000;

/**
 * Looks once a second, in the lane of all questions. That the lane is full says that the process is busy, and nothing of
 * the database: what was found before holds.
 */
export function startDatabaseWatch({
  lane,
  onLook = () => {},
}: {
  lane: Pick<Lane, "run">;
  onLook?: () => void;
}): DatabaseWatch {
  let problems = ["the database has not answered yet"];
  const firstLook = deferred<void>();

  async function look(): Promise<number> {
    onLook();
    try {
      await lane.run((client) => client.query("select 1"));
      problems = [];
    } catch (error) {
      const isBusy = error instanceof SlimmerError && error.reason === "STORE_BUSY";
      if (!isBusy) problems = ["the database can't be reached"];
    }
    firstLook.resolve();
    return LOOK_MS;
  }

  const loop = startLoop(look, () => LOOK_MS);
  return {
    get problems() {
      return problems;
    },
    firstLook: firstLook.promise,
    stop: () => loop.stop(),
  };
}
