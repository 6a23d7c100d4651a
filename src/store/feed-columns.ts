import { uuidOfHex } from "../domain/uuid.ts";

/** ndim, has_null, element type; then length and lower bound of the one dimension. */
const HEAD = 20;
const EMPTY_HEAD = 12;
const LENGTH_AT = 12;
/** The two digits of each byte. */
const DIGITS = "0123456789abcdef";
const UPPER_DIGITS = Uint8Array.from({ length: 256 }, (_, byte) => DIGITS.charCodeAt(byte >> 4));
const LOWER_DIGITS = Uint8Array.from({ length: 256 }, (_, byte) => DIGITS.charCodeAt(byte & 15));
const HYPHEN = 0x2d;
const UPPER = 4_294_967_296;

/**
 * Arrays in PostgreSQL's binary form, one after the other in the same bytes: each element after its length in four bytes,
 * which is -1 for null. An element that is null, or behind the end of its array, is undefined.
 *
 * One object for all arrays of a record, and numbers rather than objects for each: hundreds of records come each second and
 * stay for a while, and what stays is dear to collect.
 */
export class FeedColumns {
  readonly #bytes: Buffer;
  readonly #view: DataView;
  readonly #lengths: number[] = [];
  /** Where the first element of each begins. */
  readonly #starts: number[] = [];
  /** From one element of each to the next. */
  readonly #strides: number[] = [];
  /** Where the elements begin, of arrays with nulls; -1 for null. */
  #offsets: (Int32Array | undefined)[] | undefined;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    let at = 0;
    while (at < bytes.length) at = this.#add(at);
  }

  /** In bytes. */
  get size(): number {
    return this.#bytes.length;
  }

  lengthOf(column: number): number {
    return this.#lengths[column] ?? 0;
  }

  int16(column: number, row: number): number | undefined {
    const start = this.#place(column, row);
    return start < 0 ? undefined : this.#view.getInt16(start);
  }

  int32(column: number, row: number): number | undefined {
    const start = this.#place(column, row);
    return start < 0 ? undefined : this.#view.getInt32(start);
  }

  int64(column: number, row: number): number | undefined {
    const start = this.#place(column, row);
    if (start < 0) return undefined;
    return this.#view.getInt32(start) * UPPER + this.#view.getUint32(start + 4);
  }

  uuid(column: number, row: number): string {
    const start = this.#place(column, row);
    if (start < 0) return "";
    return uuidOfHex(this.#bytes.toString("hex", start, start + 16));
  }

  /** Writes it as 36 ASCII characters. */
  copyUuid(column: number, row: number, target: Uint8Array, to: number): void {
    const bytes = this.#bytes;
    const start = this.#place(column, row);
    let next = copyHex(bytes, start, start + 4, target, to);
    target[next] = HYPHEN;
    next = copyHex(bytes, start + 4, start + 6, target, next + 1);
    target[next] = HYPHEN;
    next = copyHex(bytes, start + 6, start + 8, target, next + 1);
    target[next] = HYPHEN;
    next = copyHex(bytes, start + 8, start + 10, target, next + 1);
    target[next] = HYPHEN;
    copyHex(bytes, start + 10, start + 16, target, next + 1);
  }

  /** Where the element begins; -1 for null, and for one behind the end. */
  #place(column: number, row: number): number {
    if (row >= (this.#lengths[column] as number)) return -1;
    const offsets = this.#offsets?.[column];
    if (offsets) return offsets[row] as number;
    return (this.#starts[column] as number) + row * (this.#strides[column] as number);
  }

  /** Takes the array that begins here as the next column; gives the place behind it. */
  #add(at: number): number {
    const view = this.#view;
    const column = this.#lengths.length;
    const isEmpty = view.getInt32(at) === 0;
    const length = isEmpty ? 0 : view.getInt32(at + LENGTH_AT);
    const stride = isEmpty ? 0 : 4 + view.getInt32(at + HEAD);
    this.#lengths.push(length);
    this.#starts.push(at + HEAD + 4);
    this.#strides.push(stride);
    if (isEmpty) return at + EMPTY_HEAD;
    const hasNull = view.getInt32(at + 4) !== 0;
    if (!hasNull) return at + HEAD + length * stride;
    const offsets = new Int32Array(length);
    let next = at + HEAD;
    for (let row = 0; row < length; row += 1) {
      const size = view.getInt32(next);
      offsets[row] = size < 0 ? -1 : next + 4;
      next += 4 + Math.max(0, size);
    }
    this.#offsets ??= [];
    this.#offsets[column] = offsets;
    return next;
  }
}

/** Gives the place behind what it wrote. */
function copyHex(from: Buffer, start: number, end: number, target: Uint8Array, to: number): number {
  let next = to;
  for (let at = start; at < end; at += 1) {
    const byte = from[at] as number;
    target[next] = UPPER_DIGITS[byte] as number;
    target[next + 1] = LOWER_DIGITS[byte] as number;
    next += 2;
  }
  return next;
}
