import { v7 } from "uuid";

/**
 * A new UUIDv7. Those of this moment ascend within one process, even in one millisecond (RFC 9562, 6.2); those of a given
 * one (`ms`, Unix) differ in their 74 random bits.
 */
export function newUuidV7(ms?: number): string {
  return ms === undefined ? v7() : v7({ msecs: ms });
}

/** The smallest UUID whose UUIDv7 time is `ms`: the lower bound of a partition that starts there. */
export function uuidFloor(ms: number): string {
  const hex = Math.max(0, ms).toString(16).padStart(12, "0");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-0000-0000-000000000000`;
}

/** The usual form of a UUID, of its 32 hexadecimal digits. */
export function uuidOfHex(hex: string): string {
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

/** The Unix time in milliseconds in the first 48 bits of a UUIDv7. The text must be a valid UUID. */
export function uuidMs(uuid: string): number {
  return Number.parseInt(uuid.slice(0, 8), 16) * 65_536 + Number.parseInt(uuid.slice(9, 13), 16);
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const UUID_V7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/i;

/** Whether the text is a UUID in the usual form, in lower or upper case. */
export function isUuid(text: string): boolean {
  return UUID.test(text);
}

/** Whether the text is a UUID of version 7 and the RFC 9562 variant. */
export function isUuidV7(text: string): boolean {
  return UUID_V7.test(text);
}
