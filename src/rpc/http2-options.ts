import type { ServerHttp2Session } from "node:http2";
import type { Server } from "@grpc/grpc-js";
import { keepStreamsInTable } from "./stream-table.ts";

/** How much a client may send before it waits for the server to have read it: per stream, and per connection. */
export const WINDOWS = { streamBytes: 1024 * 1024, connectionBytes: 8 * 1024 * 1024 } as const;

/** Resets by clients that a connection takes in a burst, and for ever per second (Node's defaults are 1000 and 33). */
export const RESETS = { burst: 10_000, perSecond: 1_000 } as const;

type Http2Server = { on(event: "session", listener: (session: ServerHttp2Session) => void): void };
type Inside = {
  commonServerOptions?: Record<string, unknown> & { settings?: object };
  createHttp2Server?: (credentials: unknown) => Http2Server;
};

/**
 * Sets HTTP/2 options that grpc-js 1.14 has no door for: it hands `commonServerOptions` to node:http2 when it binds. The
 * receive windows are 64 KiB without this, which holds an uplink with a long way to 64 KiB per round trip; the reset bucket
 * ends a whole connection (behind Envoy: everybody's) when a thousand callers hang up. Node 20 has no reset options and
 * ignores them. Connections keep their streams in a StreamTable. To be called before `bindAsync`. Throws where grpc-js has
 * changed inside, so that an upgrade can't lose this in silence.
 */
export function tuneHttp2(server: Server): void {
  const inside = server as unknown as Inside;
  const { commonServerOptions, createHttp2Server } = inside;
  if (!commonServerOptions || typeof createHttp2Server !== "function") {
    throw new Error(
      "this version of @grpc/grpc-js hides its HTTP/2 options elsewhere: see src/rpc/http2-options.ts",
    );
  }
  commonServerOptions.settings = {
    ...commonServerOptions.settings,
    initialWindowSize: WINDOWS.streamBytes,
  };
  commonServerOptions.streamResetBurst = RESETS.burst;
  commonServerOptions.streamResetRate = RESETS.perSecond;
  inside.createHttp2Server = (credentials) => {
    const http2Server = createHttp2Server.call(server, credentials);
    http2Server.on("session", (session) => {
      session.setLocalWindowSize(WINDOWS.connectionBytes);
      keepStreamsInTable(session);
    });
    return http2Server;
  };
}
