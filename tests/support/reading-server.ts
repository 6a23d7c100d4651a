import pino from "pino";
import { credentials, ReaderClient } from "slimmer-grpc";
import { onTestFinished } from "vitest";
import { createFeed, type FeedOptions } from "../../src/reading/feed/feed.ts";
import type { Reader } from "../../src/reading/reader.ts";
import { type ReaderServiceOptions, readerService } from "../../src/rpc/reader-service.ts";
import { createRpcServer } from "../../src/rpc/server.ts";
import type { Store } from "../../src/store/open.ts";
import { createMetrics } from "../../src/telemetry/metrics.ts";

/** A gRPC server of `Reader` alone, on the feed of a database; its questions are answered by `reader`. */
export async function startReadingServer(
  store: Store,
  more: Partial<ReaderServiceOptions> & {
    reader?: Reader;
    feedOptions?: Partial<FeedOptions>;
  } = {},
) {
  const { feedOptions, ...options } = more;
  const metrics = createMetrics({ defaults: false });
  const log = pino({ enabled: false });
  const nowMs = () => Date.now();
  const server = createRpcServer({ maxStreams: 100, reflection: false });
  const feed = createFeed({
    read: (work) => store.questions.run(work),
    connect: (onLost) => store.connect("feed", onLost),
    metrics,
    log,
    nowMs,
    ...feedOptions,
  });
  server.add(
    readerService({
      reader: {} as Reader,
      feed,
      exportActivations: async function* () {},
      drain: server.drain,
      metrics,
      log,
      nowMs,
      ...options,
    }),
  );
  const port = await server.listen({ host: "127.0.0.1", port: 0 });
  let closed: Promise<void> | undefined;
  const close = () => {
    closed ??= server.close({ delayMs: 0, drainMs: 2_000 }).then(() => feed.close());
    return closed;
  };
  onTestFinished(close);
  return { address: `127.0.0.1:${port}`, metrics, close };
}

export function readerClientOf(address: string): InstanceType<typeof ReaderClient> {
  const client = new ReaderClient(address, credentials.createInsecure(), {
    "grpc.use_local_subchannel_pool": 1,
  });
  onTestFinished(() => client.close());
  return client;
}
