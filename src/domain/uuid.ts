import { v7 } from "uuid";

/** A new UUIDv7 of this moment; ids made by one process in one millisecond still ascend (RFC 9562, 6.2). */
export function newUuidV7(): string {
  return v7();
}

/** The smallest UUID whose UUIDv7 time is `ms`: the lower bound of a partition that starts there. */
export function uuidFloor(ms: number): string {
  const hex = Math.max(0, ms).toString(16).padStart(12, "0");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-0000-0000-000000000000`;
}

/** The Unix time in milliseconds in the first 48 bits of a UUIDv7. The text must be a valid UUID. */
export function uuidMs(uuid: string): number {
  return Number.parseInt(uuid.slice(0, 8), 16) * 65_536 + Number.parseInt(uuid.slice(9, 13), 16);
}

/** Whether the text is a UUID in the usual form, in lower or upper case. */
export function isUuid(text: string): boolean {
  if (text.length !== 36) return false;
  for (let index = 0; index < 36; index++) {
    const code = text.charCodeAt(index);
    const isDash = index === 8 || index === 13 || index === 18 || index === 23;
    if (isDash ? code !== 45 : !isHexDigit(code)) return false;
  }
  return true;
}

/** Whether the text is a UUID of version 7 and the RFC 9562 variant. */
export function isUuidV7(text: string): boolean {
  return isUuid(text) && text.charCodeAt(14) === 55 && "89abAB".includes(text.charAt(19));
}

function isHexDigit(code: number): boolean {
  return (code >= 48 && code <= 57) || (code >= 97 && code <= 102) || (code >= 65 && code <= 70);
}
