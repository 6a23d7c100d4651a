/** What a load generator is asked to do, and what it answers; each is a process of its own. */

export type Window = {
  /** Activations (or pings) that were acknowledged. */
  readonly done: number;
  readonly refused: number;
  /** From the first request to the last answer. */
  readonly elapsedMs: number;
  /** Of single calls. */
  readonly latency?: { readonly p50Ms: number; readonly p99Ms: number };
};

/** One kind of load. */
export type Load = {
  /** Makes about so many activations ready, each with a new id; not timed. */
  refill(activations: number): void | Promise<void>;
  /** Sends them for so many seconds, or until none is left. */
  run(seconds: number): Promise<Window>;
};

export type Request<Setup> =
  | { kind: "setup"; setup: Setup }
  | { kind: "refill"; activations: number }
  | { kind: "run"; seconds: number };
export type Reply = { kind: "done"; window?: Window } | { kind: "failed"; problem: string };

/** The main loop of a load generator: one request, one reply. It ends when its parent is gone. */
export function answerRequests<Setup>(create: (setup: Setup) => Promise<Load> | Load): void {
  let load: Load | undefined;

  async function answer(request: Request<Setup>): Promise<Window | undefined> {
    if (request.kind === "setup") {
      load = await create(request.setup);
      return undefined;
    }
    if (!load) throw new Error("no setup has come");
    if (request.kind === "run") return load.run(request.seconds);
    await load.refill(request.activations);
    return undefined;
  }

  process.on("message", (request: Request<Setup>) => {
    answer(request).then(
      (window) => process.send?.({ kind: "done", ...(window && { window }) } satisfies Reply),
      (error: Error) =>
        process.send?.({ kind: "failed", problem: error.stack ?? error.message } satisfies Reply),
    );
  });
  process.once("disconnect", () => process.exit(0));
}
