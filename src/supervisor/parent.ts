/** What a supervised process tells its supervisor once it does its work; `addresses` are where it listens. */
export type ReadyMessage = {
  kind: "ready";
  addresses: Readonly<Record<string, string>>;
  /** Only of the database: how the others reach it. */
  url?: string;
};

/** Tells the supervisor, if this process has one. */
export function tellParent(message: ReadyMessage): void {
  if (process.connected) process.send?.(message, () => undefined);
}

/**
 * Calls `act` when the supervisor of this process is gone, however it ended: the system then closes the channel between
 * the two. Whoever is supervised calls this early, and stops. Does nothing in a process that has no supervisor, and
 * keeps no process alive.
 */
export function whenParentIsGone(act: () => void): void {
  if (!process.channel) return;
  process.once("disconnect", () => {
    // Its reader is gone as well: a log line must not end this process before it has stopped properly.
    for (const stream of [process.stdout, process.stderr]) stream.on("error", () => undefined);
    act();
  });
  process.channel.unref();
}
