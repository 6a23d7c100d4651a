import { fstatSync, write as writeTo } from "node:fs";
import type { Writable } from "node:stream";

/** Standard output that is written at the pace of whoever reads it. */
export type Sink = {
  /** Resolves once the text was taken: true; or nothing can be written any more: false, from then on. */
  write(data: string | Uint8Array): Promise<boolean>;
  /** Aborts when nobody reads any more (`| head`), and when nothing can be written. */
  readonly closed: AbortSignal;
};

type Output = Writable & { readonly fd?: number; readonly isTTY?: boolean };
type Write = (data: string | Uint8Array, done: (error?: Error | null) => void) => void;

/** Writing is over with the first error. The stream's own "error" tells it, to whoever says what went wrong. */
export function createSink(stream: Output): Sink {
  const ending = new AbortController();
  const close = () => ending.abort();
  const write = writerOf(stream);
  stream.once("close", close);
  stream.on("error", close);
  return {
    closed: ending.signal,
    write(data) {
      if (ending.signal.aborted) return Promise.resolve(false);
      return new Promise((resolve) => {
        // A write that waits when the pipe is closed may never be called back.
        const gone = () => resolve(false);
        ending.signal.addEventListener("abort", gone, { once: true });
        write(data, (error) => {
          ending.signal.removeEventListener("abort", gone);
          if (error) close();
          resolve(!error);
        });
      });
    },
  };
}

/** Whether it is only that nobody reads: a pipe that is closed early (`| head`), or a terminal that is gone. */
export function isNobody(error: NodeJS.ErrnoException, { isTTY }: Output): boolean {
  const { code = "" } = error;
  return code === "EPIPE" || code === "ERR_STREAM_DESTROYED" || (code === "EIO" && isTTY === true);
}

/** Node takes a write to a file for a whole one where a full disk has cut it off: what is left is written here. */
function writerOf(stream: Output): Write {
  const { fd } = stream;
  if (fd === undefined || !fstatSync(fd).isFile()) return (data, done) => stream.write(data, done);
  const writeRest = (bytes: Uint8Array, done: (error?: Error) => void): void =>
    writeTo(fd, bytes, 0, bytes.length, null, (error, written) => {
      if (error) {
        stream.emit("error", error);
        done(error);
      } else if (written < bytes.length) writeRest(bytes.subarray(written), done);
      else done();
    });
  return (data, done) => writeRest(typeof data === "string" ? Buffer.from(data) : data, done);
}
