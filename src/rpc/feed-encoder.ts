import type { Watched } from "../reading/feed/watch.ts";
import { encodedRows } from "./encoded-rows.ts";
import { writeByte, writeText, writeTime } from "./wire-writer.ts";

/** A WatchActivationsResponse as protobuf, straight from the records of the feed. A test holds this against proto-loader. */
export function encodeWatched({ picked, cursor, serverUs, caughtUp }: Watched): Buffer {
  let room = 64 + 3 * cursor.length;
  for (const { held, rows } of picked) room += encodedRows(held).size(rows);
  const bytes = Buffer.allocUnsafe(room);
  let at = 0;
  for (const { held, rows } of picked) at = encodedRows(held).copy(rows, bytes, at);
  at = writeText(bytes, at, 0x12, cursor);
  at = writeTime(bytes, at, 0x1a, serverUs);
  if (caughtUp) at = writeByte(bytes, at, 0x20, 1);
  return bytes.subarray(0, at);
}
