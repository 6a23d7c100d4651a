/**
 * What messages take, at most: three bytes for each UTF-16 unit of a text, and a few for a tag, a length or a number. To
 * encode them in order to know would cost as much as to send them.
 */
const FIELD_BYTES = 12;

/** A map of texts, as attributes and labels are. */
export function mapBytes(map: Readonly<Record<string, string>>): number {
  let bytes = 0;
  for (const key in map) bytes += FIELD_BYTES + 3 * (key.length + (map[key] ?? "").length);
  return bytes;
}

const MAPS: ReadonlySet<string> = new Set(["attributes", "labels"]);

/** A message as a plain object, with all that is in it. */
export function messageBytes(message: unknown): number {
  if (typeof message === "string") return FIELD_BYTES + 3 * message.length;
  if (typeof message !== "object" || message === null) return FIELD_BYTES;
  let bytes = FIELD_BYTES;
  if (Array.isArray(message)) for (const item of message) bytes += messageBytes(item);
  else {
    for (const key in message) {
      const field = (message as Record<string, unknown>)[key];
      bytes += MAPS.has(key) ? mapBytes(field as Record<string, string>) : messageBytes(field);
    }
  }
  return bytes;
}

/** Clients take answers of 4 MiB. */
const MAX_ANSWER_BYTES = 3 * 1024 * 1024;

/** How many of these messages, from the first on, one answer may have: one at least. A page that is cut ends there. */
export function fittingCount(messages: readonly unknown[]): number {
  let bytes = 0;
  for (const [place, message] of messages.entries()) {
    bytes += messageBytes(message);
    if (bytes > MAX_ANSWER_BYTES && place > 0) return place;
  }
  return messages.length;
}
