import { connect } from "node:net";
import { createLiveEvents, type Told } from "./live-events.ts";

/** Events go into one buffer for all, and are gone: what a browser does with them is its own machine's work. */
const buffer = Buffer.alloc(64 * 1024);

/**
 * Follows a live feed of `slimmer web`. Resolves once the feed has begun; whatever ends it after that, and an expired
 * cursor, is a problem, for a page comes back by itself and would hide it.
 */
export function followLive(
  web: string,
  path: string,
  onProblem: (problem: string) => void,
): Promise<Told> {
  const [host, port] = web.split(":") as [string, string];
  return new Promise((resolve, reject) => {
    let isOpen = false;
    const { told, take } = createLiveEvents(() => onProblem(`${path} told a page to begin anew`));

    function begin(text: string): void {
      isOpen = true;
      const [status = ""] = text.split("\r\n", 1);
      if (status.startsWith("HTTP/1.1 200 ")) resolve(told);
      else reject(new Error(`${path} was answered ${status}`));
    }

    const onread = {
      buffer,
      callback(length: number) {
        const text = buffer.toString("latin1", 0, length);
        if (!isOpen) begin(text);
        take(text);
        return true;
      },
    };
    const socket = connect({ host, port: Number(port), onread });
    let why = "";
    socket.on("error", ({ message }) => {
      why = `: ${message}`;
    });
    socket.on("close", () => {
      const problem = `${path} was closed${why}`;
      if (isOpen) onProblem(problem);
      else reject(new Error(problem));
    });
    socket.write(`GET ${path} HTTP/1.1\r\nHost: ${web}\r\nAccept: text/event-stream\r\n\r\n`);
  });
}
