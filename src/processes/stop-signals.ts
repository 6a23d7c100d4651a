/** npm passes a Ctrl-C on that the terminal has delivered already: two so close together are one. */
const SAME_PRESS_MS = 2_000;

export type StopSignals = {
  /** Settles at the first request to stop. */
  readonly asked: Promise<void>;
  /** Throws once stopping was asked for: called before anything new is started. */
  throwIfAsked(): void;
  /** Calls `act` at each request that comes later than the same press of a key: somebody is in a hurry. */
  onHurry(act: () => void): void;
  dispose(): void;
};

/** Listens for SIGINT (Ctrl-C), SIGTERM, and SIGHUP (the terminal was closed). */
export function listenForStop(): StopSignals {
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
  const asked = new AbortController();
  let firstAt: number | undefined;
  let hurry = () => {};

  function onSignal(): void {
    const now = performance.now();
    firstAt ??= now;
    if (now - firstAt >= SAME_PRESS_MS) hurry();
    asked.abort();
  }

  for (const signal of signals) process.on(signal, onSignal);
  return {
    asked: new Promise((resolve) => {
      asked.signal.addEventListener("abort", () => resolve());
    }),
    throwIfAsked: () => asked.signal.throwIfAborted(),
    onHurry(act) {
      hurry = act;
    },
    dispose() {
      for (const signal of signals) process.off(signal, onSignal);
    },
  };
}
