import { randomFillSync } from "node:crypto";

/** Random bytes for this many ids are drawn at once: a call of the generator costs more than an id. */
const POOL_IDS = 256;
const RANDOM_BYTES = 10;
const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));

/**
 * Makes UUIDv7 (RFC 9562, 5.7) of given moments. Ids of one millisecond ascend in the order of their making: the 12
 * bits after the version count up from a random value (6.2, method 1); the other 62 are random.
 */
export function createIds(): (ms: number) => string {
  const pool = Buffer.alloc(POOL_IDS * RANDOM_BYTES);
  let used = pool.length;
  let lastMs = -1;
  let count = 0;

  return (ms) => {
    if (used === pool.length) {
      randomFillSync(pool);
      used = 0;
    }
    const at = used;
    used += RANDOM_BYTES;
    const wholeMs = Math.max(0, Math.floor(ms));
    // Half of the range is left to count in.
    const seed = pool.readUInt16BE(at) & 0x7ff;
    count = wholeMs === lastMs ? (count + 1) & 0xfff : seed;
    lastMs = wholeMs;
    const time = wholeMs.toString(16).padStart(12, "0");
    const random = (index: number) => HEX[pool[at + 2 + index] as number] as string;
    const variant = HEX[((pool[at + 2] as number) & 0x3f) | 0x80] as string;
    return `${time.slice(0, 8)}-${time.slice(8)}-7${count.toString(16).padStart(3, "0")}-${variant}${random(1)}-${random(2)}${random(3)}${random(4)}${random(5)}${random(6)}${random(7)}`;
  };
}

/** The Unix time in milliseconds in the first 48 bits of a UUIDv7. */
export function uuidMs(uuid: string): number {
  return Number.parseInt(uuid.slice(0, 8), 16) * 65_536 + Number.parseInt(uuid.slice(9, 13), 16);
}
