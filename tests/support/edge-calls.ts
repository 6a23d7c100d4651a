import { once } from "node:events";
import {
  type ClientHttp2Session,
  type ClientHttp2Stream,
  connect as connectHttp2,
  type OutgoingHttpHeaders,
} from "node:http2";
import { request as requestHttp1 } from "node:https";
import { type ConnectionOptions, connect as connectTls, type TLSSocket } from "node:tls";
import type { ChannelOptions } from "@grpc/grpc-js";
import { credentials, MainClient } from "slimmer-grpc";
import { onTestFinished } from "vitest";
import { type Edge, GRPC_HOST } from "./envoy.ts";

/** Whom to call at the edge, and as whom. */
export type Door = Pick<Edge, "port" | "ca">;
type Identity = { cert: string; key: string };

/** A client that takes `127.0.0.1` for `host`. The caller closes it. */
export function openClient(
  { port, ca }: Door,
  more: {
    host?: string;
    authority?: string;
    identity?: Identity;
    /** Where several Envoys serve the host. */
    target?: string;
    options?: ChannelOptions;
  } = {},
): InstanceType<typeof MainClient> {
  const { host = GRPC_HOST, authority = host, identity, options } = more;
  const { target = `127.0.0.1:${port}` } = more;
  const pem = (text: string | undefined) => (text === undefined ? undefined : Buffer.from(text));
  return new MainClient(
    target,
    credentials.createSsl(Buffer.from(ca), pem(identity?.key), pem(identity?.cert)),
    {
      "grpc.ssl_target_name_override": host,
      "grpc.default_authority": authority,
      // Else clients with the same options share a connection.
      "grpc.use_local_subchannel_pool": 1,
      ...options,
    },
  );
}

/** The same for the running test. */
export function clientOfTest(
  ...args: Parameters<typeof openClient>
): ReturnType<typeof openClient> {
  const client = openClient(...args);
  onTestFinished(() => client.close());
  return client;
}

export type Answer = {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  trailers: Record<string, string | string[] | undefined>;
  body: Buffer;
  text: string;
};

export type Question = {
  method?: string;
  path: string;
  headers?: OutgoingHttpHeaders;
  body?: Buffer | string;
  /** The Host or :authority, where it is not the name in the TLS handshake. */
  authority?: string;
};

/** Opens a connection with HTTP/2 for the running test; `servername` is the name in the TLS handshake. */
export async function openHttp2(
  { port, ca }: Door,
  servername = GRPC_HOST,
  more: Partial<Identity> = {},
): Promise<ClientHttp2Session> {
  const session = connectHttp2(`https://127.0.0.1:${port}`, { ca, servername, ...more });
  session.on("error", () => {});
  onTestFinished(() => session.destroy());
  await once(session, "connect");
  return session;
}

/** Asks over an open connection. Rejects where the stream is reset without an answer. */
export async function askOver(
  session: ClientHttp2Session,
  { method = "GET", path, headers = {}, body, authority = GRPC_HOST }: Question,
): Promise<Answer> {
  const stream = session.request({
    ":method": method,
    ":path": path,
    ":authority": authority,
    ":scheme": "https",
    ...headers,
  });
  stream.end(body);
  return await answerOf(stream);
}

export function answerOf(stream: ClientHttp2Stream): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let answer: Pick<Answer, "status" | "headers"> | undefined;
    let trailers: Answer["trailers"] = {};
    stream.once("response", (headers) => {
      answer = { status: Number(headers[":status"]), headers: headers as Answer["headers"] };
    });
    stream.once("trailers", (received) => {
      trailers = received as Answer["trailers"];
    });
    stream.on("data", (chunk: Buffer) => chunks.push(chunk));
    stream.once("error", reject);
    stream.once("close", () => {
      if (!answer) return reject(new Error("the stream was closed without an answer"));
      const body = Buffer.concat(chunks);
      resolve({ ...answer, trailers, body, text: body.toString() });
    });
  });
}

/** Asks over a connection of its own, with HTTP/1.1 or HTTP/2. */
export async function ask(
  door: Door,
  question: Question,
  more: {
    http?: 1 | 2;
    servername?: string;
    rejectUnauthorized?: boolean;
  } & Partial<Identity> = {},
): Promise<Answer> {
  const { http = 1, servername = GRPC_HOST, ...identity } = more;
  if (http === 2) {
    const session = connectHttp2(`https://127.0.0.1:${door.port}`, {
      ca: door.ca,
      servername,
      ...identity,
    });
    try {
      session.on("error", () => {});
      await once(session, "connect");
      return await askOver(session, { authority: servername, ...question });
    } finally {
      session.destroy();
    }
  }
  const { method = "GET", path, headers = {}, body, authority = servername } = question;
  return new Promise((resolve, reject) => {
    const request = requestHttp1({
      ...{ host: "127.0.0.1", port: door.port, ca: door.ca, servername, ...identity },
      ...{ method, path, agent: false, headers: { host: authority, ...headers } },
    });
    request.once("error", reject);
    request.once("response", (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.once("error", reject);
      response.once("end", () => {
        const { statusCode = 0, headers, trailers } = response;
        const received = Buffer.concat(chunks);
        resolve({
          status: statusCode,
          headers,
          trailers,
          body: received,
          text: received.toString(),
        });
      });
    });
    request.end(body);
  });
}

/** A TLS connection for the running test, once its handshake is over; rejects where that fails. */
export async function openTls(
  { port, ca }: Door,
  options: ConnectionOptions = {},
): Promise<TLSSocket> {
  const socket = connectTls({ port, host: "127.0.0.1", ca, servername: GRPC_HOST, ...options });
  onTestFinished(() => void socket.destroy());
  await once(socket, "secureConnect");
  socket.on("error", () => {});
  return socket;
}

/** A message in the frame of gRPC. */
export function framed(message: Buffer | Uint8Array): Buffer {
  const head = Buffer.alloc(5);
  head.writeUInt32BE(message.length, 1);
  return Buffer.concat([head, message]);
}
