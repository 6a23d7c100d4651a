/** One who waits until all that was accepted before is settled. */
type Mark = {
  readonly order: number;
  readonly no: number;
  left: number;
  readonly done: () => void;
};

/** Counts down what was there when somebody asked. */
export function createFlushMarks() {
  let marks: Mark[] = [];

  function count(number: number, isBefore: (mark: Mark) => boolean): void {
    if (marks.length === 0) return;
    for (const mark of marks) if (isBefore(mark)) mark.left -= number;
    for (const mark of marks) if (mark.left <= 0) mark.done();
    marks = marks.filter(({ left }) => left > 0);
  }

  return {
    /**
     * Resolves once `count` are settled of those that were fired up to `order`, or written to disk up to `no`; never, where
     * `signal` says that nobody waits for it any more.
     */
    set(
      { order, no, count: left }: { order: number; no: number; count: number },
      signal: AbortSignal,
    ): Promise<void> {
      if (left <= 0) return Promise.resolve();
      return new Promise((resolve) => {
        const mark: Mark = { order, no, left, done: resolve };
        marks.push(mark);
        signal.addEventListener("abort", () => {
          marks = marks.filter((other) => other !== mark);
        });
      });
    },
    settled({ order, isStored }: { readonly order: number; readonly isStored: boolean }): void {
      count(1, (mark) => order <= (isStored ? mark.no : mark.order));
    },
    /** Nothing is left, whatever it was counted as: what moves between memory and disk changes its place. */
    allSettled(): void {
      for (const { done } of marks.splice(0)) done();
    },
    /** So many of the oldest are gone. */
    lost(number: number): void {
      count(number, () => true);
    },
  };
}
