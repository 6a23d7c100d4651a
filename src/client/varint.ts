/** Protobuf's variable-length numbers, from 0 to 2^53 - 1: seven bits a byte, the lowest first. */

export function varintLength(value: number): number {
  let length = 1;
  for (let rest = value; rest > 0x7f; rest = Math.floor(rest / 128)) length += 1;
  return length;
}

/** Returns the place after it. */
export function writeVarint(bytes: Buffer, value: number, place: number): number {
  let at = place;
  let rest = value;
  for (; rest > 0x7f; rest = Math.floor(rest / 128)) bytes[at++] = (rest % 128) | 0x80;
  bytes[at++] = rest;
  return at;
}
