/** Numbers that look random and are the same for the same seed (mulberry32). */
export type Random = {
  /** From 0 up to, but not including, 1. */
  next(): number;
  /** A whole number from `min` to `max`. */
  between(min: number, max: number): number;
  chance(probability: number): boolean;
  pick<T>(choices: readonly T[]): T;
  shuffle<T>(items: T[]): T[];
  /** A UUIDv7 of the millisecond `ms`. */
  uuidV7(ms: number): string;
};

export function createRandom(seed: number): Random {
  let state = seed >>> 0;

  function next(): number {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  }

  function between(min: number, max: number): number {
    return min + Math.floor(next() * (max - min + 1));
  }

  function hex(digits: number): string {
    let text = "";
    while (text.length < digits) text += between(0, 0xffff).toString(16).padStart(4, "0");
    return text.slice(0, digits);
  }

  return {
    next,
    between,
    chance: (probability) => next() < probability,
    pick: (choices) => choices[between(0, choices.length - 1)] as (typeof choices)[number],
    shuffle(items) {
      for (let last = items.length - 1; last > 0; last--) {
        const other = between(0, last);
        const moved = items[last] as (typeof items)[number];
        items[last] = items[other] as (typeof items)[number];
        items[other] = moved;
      }
      return items;
    },
    uuidV7(ms) {
      const time = ms.toString(16).padStart(12, "0");
      const variant = "89ab".charAt(between(0, 3));
      return `${time.slice(0, 8)}-${time.slice(8)}-7${hex(3)}-${variant}${hex(3)}-${hex(12)}`;
    },
  };
}
