/** Numbers that look random and are the same for the same seed. */
export type Random = {
  /** From 0 to 1, 1 excluded. */
  next(): number;
  /** A whole number from `min` to `max`, both included. */
  integer(min: number, max: number): number;
  /** The pause to the next of events that come `perSecond` on average (Poisson), in milliseconds; Infinity for none. */
  pauseMs(perSecond: number): number;
  pick<T>(from: readonly T[]): T;
  /** Another source of its own, so that what one part draws never changes what another gets. */
  fork(): Random;
};

/** mulberry32: small, fast, and good enough to look at. */
export function createRandom(seed: number): Random {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  const random: Random = {
    next,
    integer: (min, max) => min + Math.floor(next() * (max - min + 1)),
    pauseMs: (perSecond) =>
      perSecond > 0 ? (-Math.log(1 - next()) / perSecond) * 1_000 : Number.POSITIVE_INFINITY,
    pick: (from) => from[Math.floor(next() * from.length)] as never,
    fork: () => createRandom(Math.floor(next() * 4_294_967_296)),
  };
  return random;
}
