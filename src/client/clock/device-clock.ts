/** The device's best idea of the time. */
export type DeviceClock = {
  /** Unix milliseconds, with a fraction. Corrected by the server's clock where that is known. */
  nowMs(): number;
  /** Takes the server's clock into account: it said `serverMs` in an answer to a call from `sentAt` to `receivedAt` (of performance.now()). */
  learn(serverMs: number, sentAt: number, receivedAt: number): void;
  /** The device's own clock minus the server's, in milliseconds; undefined before the first answer. */
  readonly skewMs: number | undefined;
  /** Called when the machine seems to have slept: connections had better be made anew. One listener. */
  onWake(listener: () => void): void;
};
