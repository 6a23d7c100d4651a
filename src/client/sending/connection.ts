import {
  type ChannelCredentials,
  type ChannelOptions,
  Client,
  type ClientDuplexStream,
  credentials,
  type Metadata,
  type MethodDefinition,
  status,
} from "@grpc/grpc-js";
import { type ActivationAckOutput, MainService } from "slimmer-grpc";
import type { ClientSettings, TlsMaterial } from "../settings.ts";
import { CLIENT_VERSION } from "../version.ts";
import { createCallMetadata, TokenError } from "./token.ts";
import { verdictOf } from "./verdict.ts";

/** The response of a call, and between which moments of performance.now() it was under way. */
export type Answer<Response> = { response: Response; sentAt: number; receivedAt: number };

export type BatchStream = ClientDuplexStream<Buffer, ActivationAckOutput>;

/** The way to the server. Connects by itself, with the first call and after each break. */
export type Connection = {
  /** `request` is a message, or its bytes. Rejects with the ServiceError of grpc-js, also when the deadline has passed. */
  call<Request, Response>(
    method: MethodDefinition<Request, Response>,
    request: unknown,
    timeoutMs: number,
  ): Promise<Answer<Response>>;
  /** `timeoutMs` bounds the wait for the token: the stream itself has no end. */
  openStream(timeoutMs: number): Promise<BatchStream>;
  /** A new channel for the calls to come: one that hangs is left to itself. */
  remake(): void;
  close(): void;
};

/** Told of each call that was answered, with whatever, and of each whose deadline passed in silence. */
export type ConnectionHooks = { onAnswer(): void; onSilence(): void };

const CHANNEL_OPTIONS: ChannelOptions = {
  "grpc.primary_user_agent": `slimmer-client/${CLIENT_VERSION}`,
  // A peer that vanished without a word is noticed.
  "grpc.keepalive_time_ms": 30_000,
  "grpc.keepalive_timeout_ms": 15_000,
  "grpc.keepalive_permit_without_calls": 1,
  // A channel that is made anew must not get the connection of the one before.
  "grpc.use_local_subchannel_pool": 1,
  // The sender waits between its attempts; when it tries, the channel should.
  "grpc.initial_reconnect_backoff_ms": 100,
  "grpc.max_reconnect_backoff_ms": 5_000,
  "grpc.dns_min_time_between_resolutions_ms": 5_000,
  "grpc.enable_retries": 0,
  "grpc.max_receive_message_length": 16 * 1024 * 1024,
};

export function createConnection(
  settings: Pick<ClientSettings, "address" | "tls" | "token" | "tokenFile" | "channelOptions">,
  { onAnswer, onSilence }: ConnectionHooks,
): Connection {
  const { address, tls } = settings;
  const channelCredentials = createCredentials(tls);
  const ask = createCallMetadata(settings);
  const options: ChannelOptions = { ...CHANNEL_OPTIONS };
  if (tls?.serverName !== undefined) {
    options["grpc.ssl_target_name_override"] = tls.serverName;
    options["grpc.default_authority"] = tls.serverName;
  }
  Object.assign(options, settings.channelOptions);
  /** Under way. A closed channel would let them run until their deadlines. */
  const calls = new Set<{ cancel(): void }>();
  let client = new Client(address, channelCredentials, options);

  /** Whoever gives the token may take his time, or never answer. */
  function metadata(timeoutMs: number): Promise<Metadata> {
    return new Promise((resolve, reject) => {
      const wait = { cancel: () => end(new Error("the client was closed")) };
      const timer = setTimeout(
        () => end(new TokenError(`no token was given within ${timeoutMs} ms`)),
        timeoutMs,
      );
      function end(error: unknown): void {
        clearTimeout(timer);
        calls.delete(wait);
        reject(error);
      }
      calls.add(wait);
      ask().then((given) => {
        clearTimeout(timer);
        calls.delete(wait);
        resolve(given);
      }, end);
    });
  }

  return {
    async call(method, request, timeoutMs) {
      const callMetadata = await metadata(timeoutMs);
      const sentAt = performance.now();
      const own = client;
      return new Promise((resolve, reject) => {
        const call = own.makeUnaryRequest(
          method.path,
          serialiser(method),
          method.responseDeserialize,
          request,
          callMetadata,
          { deadline: Date.now() + timeoutMs },
          (error, response) => {
            calls.delete(call);
            // What was left on a channel before says nothing of this one.
            if (own === client) (isSilence(error) ? onSilence : onAnswer)();
            if (error || response === undefined) reject(error);
            else resolve({ response, sentAt, receivedAt: performance.now() });
          },
        );
        calls.add(call);
      });
    },
    async openStream(timeoutMs) {
      const { path, responseDeserialize } = MainService.stream_activations;
      const callMetadata = await metadata(timeoutMs);
      return client.makeBidiStreamRequest(
        path,
        (bytes: Buffer) => bytes,
        responseDeserialize,
        callMetadata,
      );
    },
    remake() {
      const old = client;
      client = new Client(address, channelCredentials, options);
      old.close();
    },
    close() {
      for (const call of calls) call.cancel();
      client.close();
    },
  };
}

/** The deadline passed here, and the server has not said so. */
function isSilence(error: unknown): boolean {
  const { status: name, isSlimmers } = verdictOf(error);
  return name === status[status.DEADLINE_EXCEEDED] && !isSlimmers;
}

/** What is on disk is sent as it is. */
function serialiser<Request, Response>({ requestSerialize }: MethodDefinition<Request, Response>) {
  return (request: unknown): Buffer =>
    request instanceof Buffer ? request : requestSerialize(request as Request);
}

function createCredentials(tls: TlsMaterial | undefined): ChannelCredentials {
  if (!tls) return credentials.createInsecure();
  return credentials.createSsl(tls.ca ?? null, tls.key ?? null, tls.cert ?? null);
}
