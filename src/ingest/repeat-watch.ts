/** Whether clients are sending again what is stored already; shared by all writers of a process. */
export type RepeatWatch = {
  readonly areExpected: boolean;
  /** A repeat was met. */
  note(): void;
};

/** A reconnecting client repeats for moments, not for hours; a wrong guess costs one statement. */
const MOMENT_MS = 1_000;

export function createRepeatWatch(nowMs: () => number = () => performance.now()): RepeatWatch {
  let expectedUntilMs = Number.NEGATIVE_INFINITY;
  return {
    get areExpected() {
      return nowMs() < expectedUntilMs;
    },
    note() {
      expectedUntilMs = nowMs() + MOMENT_MS;
    },
  };
}
