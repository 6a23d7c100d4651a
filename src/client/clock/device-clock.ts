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

/** Where the time was known, in terms of a counter that no clock setting moves. JSON. */
export type Anchor = {
  /** Tells one boot of the machine from the next. */
  readonly bootId: string;
  /** Time since that boot, sleep included. */
  readonly bootMs: number;
  /** The time then, in Unix milliseconds. */
  readonly ms: number;
};

/** The clocks of a machine; see systemTime. */
export type SystemTime = {
  /** The wall clock, which people and NTP set. Unix milliseconds. */
  wallMs(): number;
  /** A counter that is never set, and that sleep stops. Milliseconds. */
  monoMs(): number;
  /** Milliseconds since the boot, sleep included. */
  bootMs(): number;
  readonly bootId: string | undefined;
};

export type DeviceClockOptions = {
  time: SystemTime;
  /** That of an earlier process on this device. */
  anchor?: Anchor | undefined;
  /** Called now and then with a new one to keep. */
  keepAnchor?: (anchor: Anchor) => void;
  /** Told in a sentence when the wall clock is found wrong. */
  onProblem?: (message: string) => void;
};

/** A wall clock this close to the server's is taken for right, and used as it is: an answer's way takes time too. */
const TOLERANCE_MS = 1_000;
/** A jump of the wall clock against the counter that is worth a look. */
const JUMP_MS = 500;
/** How fast a counter of quartz drifts: 100 ppm is a bad one. */
const DRIFT = 100e-6;
const ANCHOR_EVERY_MS = 60_000;
/** An anchor is as good as the first answer was; this much doubt lets any good answer replace it. */
const ANCHOR_ERROR_MS = 2_000;

/**
 * unknown → known. While the server has not been heard, the wall clock is all there is. The first `server_time` (or the anchor
 * of an earlier process of the same boot) makes the time known; from then on it is counted on from there, and what
 * people or NTP do to the wall clock moves nothing. Sleep stops the counter: it is found by the time since boot, and
 * added. Answers that came back quickly replace those that took long (the error of an answer is half of its way).
 */
export function createDeviceClock({
  time,
  anchor,
  keepAnchor = () => {},
  onProblem = () => {},
}: DeviceClockOptions): DeviceClock {
  /** `ms` was the time when the counter showed `mono`. */
  let known: { ms: number; mono: number; errorMs: number } | undefined;
  let wallLead = time.wallMs() - time.monoMs();
  let bootLead = time.bootMs() - time.monoMs();
  let anchoredAt = Number.NEGATIVE_INFINITY;
  let toldSkewMs = 0;
  let wake: () => void = () => {};

  if (anchor && anchor.bootId === time.bootId && time.bootMs() >= anchor.bootMs) {
    const ms = anchor.ms + (time.bootMs() - anchor.bootMs);
    known = { ms, mono: time.monoMs(), errorMs: ANCHOR_ERROR_MS };
  }

  /** Looks whether the wall clock and the counter still go together. */
  function lookForJump(wall: number, mono: number): void {
    const jumpMs = wall - mono - wallLead;
    if (Math.abs(jumpMs) < JUMP_MS) return;
    wallLead += jumpMs;
    const sleptMs = time.bootMs() - mono - bootLead;
    bootLead += sleptMs;
    if (sleptMs < JUMP_MS) return;
    if (known) known = { ...known, ms: known.ms + sleptMs, errorMs: known.errorMs + JUMP_MS };
    wake();
  }

  function at(mono: number): number | undefined {
    return known && known.ms + (mono - known.mono);
  }

  function nowMs(): number {
    const [wall, mono] = [time.wallMs(), time.monoMs()];
    lookForJump(wall, mono);
    return at(mono) ?? wall;
  }

  function skewNow(): number | undefined {
    return known && time.wallMs() - nowMs();
  }

  function learn(serverMs: number, sentAt: number, receivedAt: number): void {
    const now = nowMs();
    const mono = time.monoMs();
    const errorMs = (receivedAt - sentAt) / 2;
    const saidMs = serverMs + errorMs + (mono - receivedAt);
    if (known) {
      const doubtMs = known.errorMs + (mono - known.mono) * DRIFT;
      const isContradicted = Math.abs(saidMs - now) > doubtMs + errorMs;
      if (errorMs > doubtMs && !isContradicted) return;
    }
    const wall = time.wallMs();
    const isWallRight = Math.abs(wall - saidMs) <= Math.max(TOLERANCE_MS, errorMs);
    known = { ms: isWallRight ? wall : saidMs, mono, errorMs };
    tell(isWallRight ? 0 : wall - saidMs);
    keep(mono);
  }

  function tell(skewMs: number): void {
    if (Math.abs(skewMs - toldSkewMs) <= TOLERANCE_MS) return;
    toldSkewMs = skewMs;
    onProblem(
      skewMs === 0
        ? "this device's clock is right again"
        : `this device's clock is ${(Math.abs(skewMs) / 1_000).toFixed(1)} s ${skewMs > 0 ? "ahead of" : "behind"} the server's; activations get the server's time`,
    );
  }

  function keep(mono: number): void {
    const { bootId } = time;
    if (bootId === undefined || !known || mono - anchoredAt < ANCHOR_EVERY_MS) return;
    anchoredAt = mono;
    keepAnchor({ bootId, bootMs: time.bootMs(), ms: at(mono) as number });
  }

  return {
    nowMs,
    learn,
    get skewMs() {
      return skewNow();
    },
    onWake(listener) {
      wake = listener;
    },
  };
}
