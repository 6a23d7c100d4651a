const ENDING = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** Aborts when somebody asks to end (Ctrl-C). Whoever asks twice ends the process at once. */
export function listenForEnd(): { readonly signal: AbortSignal; dispose(): void } {
  const ending = new AbortController();
  const dispose = () => {
    for (const signal of ENDING) process.off(signal, end);
  };
  function end(): void {
    dispose();
    ending.abort();
  }
  for (const signal of ENDING) process.on(signal, end);
  return { signal: ending.signal, dispose };
}

/** Ends the process where nobody reads what waits for standard output, which would keep it for ever. */
export function leaveUnread(code: number): number {
  if (process.stdout.writableLength > 0) process.exit(code);
  return code;
}

/** What a write resolves with, or false as soon as somebody asks to end: nobody may ever read it. */
export function whileNotEnded(ended: AbortSignal, written: Promise<boolean>): Promise<boolean> {
  if (ended.aborted) return Promise.resolve(false);
  return new Promise((resolve, reject) => {
    const stop = () => resolve(false);
    ended.addEventListener("abort", stop, { once: true });
    written.then(resolve, reject).finally(() => ended.removeEventListener("abort", stop));
  });
}
