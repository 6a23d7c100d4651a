import { Server, ServerCredentials, type ServerOptions } from "@grpc/grpc-js";
import type { Address } from "../config/kinds.ts";
import { watchSessions } from "./sessions.ts";

/** What takes the connections of a gRPC server. */
export type Listener = {
  readonly server: Server;
  /** Why nobody can connect, in words; undefined while somebody can. */
  readonly problem: string | undefined;
  /** Resolves with the port that is bound. Throws a sentence when that can't be. */
  listen(address: Address): Promise<number>;
  /** Takes no more connections and calls. Resolves when those under way have come to their end. */
  finish(): Promise<void>;
  /** Ends what is left, at once. */
  close(): void;
};

export type OpenListener = (options: ServerOptions) => Listener;

/** Listens at once, at any host or port. */
export function openPlainListener(options: ServerOptions): Listener {
  const server = new Server(options);
  const sessions = watchSessions(server);
  let isBound = false;
  return {
    server,
    get problem() {
      return isBound ? undefined : "the port for gRPC is not open yet";
    },
    async listen(address) {
      const name = addressName(address);
      try {
        const port = await new Promise<number>((resolve, reject) => {
          server.bindAsync(name, ServerCredentials.createInsecure(), (error, bound) =>
            error ? reject(error) : resolve(bound),
          );
        });
        isBound = true;
        return port;
      } catch (cause) {
        throw listenError(name, cause);
      }
    },
    finish: () => new Promise((resolve) => server.tryShutdown(() => resolve())),
    close() {
      server.forceShutdown();
      for (const session of sessions) session.destroy();
    },
  };
}

/** `host:port`, with brackets around an IPv6 address. */
export function addressName({ host, port }: Address): string {
  return `${host.includes(":") ? `[${host}]` : host}:${port}`;
}

export function listenError(name: string, cause: unknown): Error {
  return new Error(`can't listen for gRPC on ${name}: ${(cause as Error).message}`, { cause });
}
