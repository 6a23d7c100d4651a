/** A snapshot of a client; counts are since it was made. */
export type Stats = {
  /** Whether the last call was answered. */
  readonly isConnected: boolean;
  /** How activations travel now. */
  readonly sending: "stream" | "batch" | "single";
  /** Calls of `fire` that were accepted. */
  readonly fired: number;
  /** Activations that the server has acknowledged, and how many of these it had before. */
  readonly delivered: number;
  readonly duplicates: number;
  /** Activations that the server has refused for good. */
  readonly refused: number;
  /** Activations that were dropped (also those that an earlier process dropped and could not report). */
  readonly dropped: number;
  /** Calls that were repeated. */
  readonly retries: number;
  /** Activations that wait, those under way included; and how many of these are in memory only. */
  readonly waiting: number;
  readonly memoryOnly: number;
  readonly spool:
    | {
        readonly bytes: number;
        readonly maxBytes: number;
        /** The disk refuses to take more; see the `problem` event. */
        readonly isDiskFailing: boolean;
      }
    | undefined;
  /** The device's clock minus the server's in milliseconds; undefined before the first answer. */
  readonly clockSkewMs: number | undefined;
};
