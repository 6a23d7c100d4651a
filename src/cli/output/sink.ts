import type { Writable } from "node:stream";

/** Standard output (or a file) that is written at the pace of whoever reads it. */
export type Sink = {
  /** Resolves once the text was taken: true; or nobody reads any more: false, from then on. */
  write(data: string | Uint8Array): Promise<boolean>;
  /** Aborts when nobody reads any more (`| head`). */
  readonly closed: AbortSignal;
};

/** A closed pipe is told, not thrown; whatever else goes wrong with writing rejects. */
export function createSink(stream: Writable): Sink {
  const ending = new AbortController();
  const close = () => ending.abort();
  stream.once("close", close);
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (isNobody(error)) close();
  });
  return {
    closed: ending.signal,
    write(data) {
      if (ending.signal.aborted) return Promise.resolve(false);
      return new Promise((resolve, reject) => {
        // A write that waits when the pipe is closed may never be called back.
        const gone = () => resolve(false);
        ending.signal.addEventListener("abort", gone, { once: true });
        stream.write(data, (error) => {
          ending.signal.removeEventListener("abort", gone);
          if (!error) return resolve(true);
          if (!isNobody(error)) return reject(error);
          close();
          resolve(false);
        });
      });
    },
  };
}

function isNobody(error: NodeJS.ErrnoException): boolean {
  return ["EPIPE", "EIO", "ERR_STREAM_DESTROYED"].includes(error.code ?? "");
}
