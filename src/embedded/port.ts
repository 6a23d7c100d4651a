import type { AddressInfo } from "node:net";
import { createServer } from "node:net";
import { EmbeddedError } from "./embedded-error.ts";

/** A port on 127.0.0.1 that nobody listens on now. */
export function freePort(): Promise<number> {
  return listenOnce(0);
}

/** Throws a sentence when somebody listens on `port` of 127.0.0.1. */
export async function requireFree(port: number): Promise<void> {
  try {
    await listenOnce(port);
  } catch (cause) {
    throw portTaken(port, cause);
  }
}

export function portTaken(port: number, cause?: unknown): EmbeddedError {
  return new EmbeddedError(
    `Port ${port} on 127.0.0.1 is taken by another program; stop that, or set SLIMMER_EMBEDDED_PORT to a free port.`,
    { cause },
  );
}

function listenOnce(port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(port, "127.0.0.1", () => {
      const taken = (server.address() as AddressInfo).port;
      server.close(() => resolve(taken));
    });
  });
}
