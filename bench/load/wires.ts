import { openWire, type Wire, type WireTarget } from "./wire.ts";

/** Connections to a server that live as long as this process. */
export function openWires(target: WireTarget, connections: number): Promise<Wire[]> {
  return Promise.all(
    Array.from({ length: connections }, () =>
      openWire(target, (problem) => {
        throw new Error(`a connection to ${target.address} was lost: ${problem}`);
      }),
    ),
  );
}

/** One call with one request; `done` gets the answer, or undefined when there is none: the call was refused. */
export function callUnary(
  wire: Wire,
  path: string,
  request: Buffer,
  done: (answer: Buffer | undefined) => void,
): void {
  let answer: Buffer | undefined;
  const call = wire.open(path, {
    message(bytes) {
      answer = bytes;
    },
    end: () => done(answer),
  });
  call.send(request, true);
}
