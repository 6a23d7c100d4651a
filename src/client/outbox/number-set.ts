/** Numbers of one chunk: bits of one array. */
const CHUNK = 8_192;

/** A set of numbers from 0 on, most of them neighbours: a bit for each, and next to nothing for a full chunk. */
export type NumberSet = { add(no: number): void; has(no: number): boolean };

export function createNumberSet(): NumberSet {
  const chunks = new Map<number, { bits: Uint8Array; count: number }>();
  const full = new Set<number>();

  return {
    add(no) {
      const index = Math.floor(no / CHUNK);
      if (full.has(index)) return;
      let chunk = chunks.get(index);
      if (!chunk) {
        chunk = { bits: new Uint8Array(CHUNK / 8), count: 0 };
        chunks.set(index, chunk);
      }
      const place = no % CHUNK;
      const mask = 1 << (place % 8);
      const byte = chunk.bits[place >> 3] as number;
      if (byte & mask) return;
      chunk.bits[place >> 3] = byte | mask;
      chunk.count += 1;
      if (chunk.count < CHUNK) return;
      chunks.delete(index);
      full.add(index);
    },
    has(no) {
      const index = Math.floor(no / CHUNK);
      if (full.has(index)) return true;
      const place = no % CHUNK;
      return (((chunks.get(index)?.bits[place >> 3] ?? 0) >> (place % 8)) & 1) === 1;
    },
  };
}
