/** Writes the 16 bytes of a UUID. */
export function writeUuid(into: Buffer, at: number, uuid: string): void {
  let high = -1;
  for (let i = 0; i < uuid.length; i += 1) {
    const code = uuid.charCodeAt(i);
    if (code === 45) continue; // "-"
    const digit = code < 58 ? code - 48 : (code | 32) - 87;
    if (high < 0) {
      high = digit;
    } else {
      into[at] = (high << 4) | digit;
      at += 1;
      high = -1;
    }
  }
}

/** In lower case. */
export function readUuid(from: Buffer, at: number): string {
  const hex = from.toString("hex", at, at + 16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
