/** How a process of slimmer ends. The supervisor restarts what may go better the next time. */
export const EXIT = {
  ok: 0,
  /** Something failed that may go better the next time. */
  failed: 1,
  /** The command line or the settings are wrong. */
  usage: 2,
  /** The database schema is not one that this build can work on. */
  schema: 3,
  /** `watch`: the server no longer has what came after the cursor. */
  expired: 4,
} as const;
