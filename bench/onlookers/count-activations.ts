const VARINT = 0;
const LENGTH_DELIMITED = 2;
/** `WatchActivationsResponse.activations`. */
const ACTIVATIONS = 1;

/** How many activations a WatchActivationsResponse has. They are passed over, not decoded. */
export function countActivations(message: Buffer): number {
  let at = 0;
  let count = 0;

  function readVarint(): number {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = message[at] ?? 0;
      at += 1;
      value += (byte & 127) * scale;
      if (byte < 128) return value;
    }
  }

  while (at < message.length) {
    const tag = readVarint();
    const kind = tag & 7;
    const value = readVarint();
    if (kind === LENGTH_DELIMITED) at += value;
    else if (kind !== VARINT)
      throw new Error(`a WatchActivationsResponse has no field of kind ${kind}`);
    if (tag >> 3 === ACTIVATIONS) count += 1;
  }
  return count;
}
