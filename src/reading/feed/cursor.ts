import { uuidOfHex } from "../../domain/uuid.ts";
/**
 * A place in the feed: `index` rows of record `no`, and everything before that record, lie behind it. `mark` is that of the
 * last record of which something lies behind it (0: of none): numbers alone do not say which history they are of.
 */
export type Position = { readonly no: number; readonly index: number; readonly mark: number };

export type Cursor = Position & { readonly feedId: string };

const VERSION = 2;
const BYTES = 33;
const TEXT_LENGTH = 44;
/** Of six bytes. */
const MAX_NO = 2 ** 48 - 1;

/** 44 characters of base64url: a version, the feed's id, the number of the record, the index, the mark. */
export function cursorText({ feedId, no, index, mark }: Cursor): string {
  const bytes = Buffer.allocUnsafe(BYTES);
  bytes[0] = VERSION;
  bytes.write(feedId.replaceAll("-", ""), 1, "hex");
  bytes.writeUIntBE(no, 17, 6);
  bytes.writeUInt32BE(index, 23);
  bytes.writeUIntBE(mark, 27, 6);
  return bytes.toString("base64url");
}

/** Undefined for a text that no feed has ever given out. */
export function parseCursor(text: string): Cursor | undefined {
  if (text.length !== TEXT_LENGTH || !/^[\w-]+$/.test(text)) return undefined;
  const bytes = Buffer.from(text, "base64url");
  if (bytes.length !== BYTES || bytes[0] !== VERSION) return undefined;
  const no = bytes.readUIntBE(17, 6);
  if (no < 1 || no > MAX_NO) return undefined;
  return {
    feedId: uuidOfHex(bytes.toString("hex", 1, 17)),
    no,
    index: bytes.readUInt32BE(23),
    mark: bytes.readUIntBE(27, 6),
  };
}
