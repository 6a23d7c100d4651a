import type { EventEmitter } from "node:events";
import type { ServerHttp2Session } from "node:http2";
import type { Server } from "@grpc/grpc-js";

type Inside = { createHttp2Server?: (credentials: unknown) => EventEmitter };

/**
 * The open connections of a gRPC server. grpc-js 1.14 itself does not know them while channelz is off: its `forceShutdown`
 * leaves them open then, with their calls. To be called before the server listens; throws where grpc-js has changed inside.
 */
export function watchSessions(server: Server): ReadonlySet<ServerHttp2Session> {
  const inside = server as unknown as Inside;
  const { createHttp2Server } = inside;
  if (typeof createHttp2Server !== "function") {
    throw new Error(
      "this version of @grpc/grpc-js hides its HTTP/2 servers elsewhere: see src/rpc/sessions.ts",
    );
  }
  const sessions = new Set<ServerHttp2Session>();
  inside.createHttp2Server = (credentials) => {
    const http2Server = createHttp2Server.call(server, credentials);
    return http2Server.on("session", (session: ServerHttp2Session) => {
      sessions.add(session);
      session.once("close", () => sessions.delete(session));
    });
  };
  return sessions;
}
