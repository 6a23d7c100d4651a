import { connect } from "node:net";
import pino from "pino";
import { onTestFinished } from "vitest";
import type { Feed } from "../../src/reading/feed/feed.ts";
import type { Reader } from "../../src/reading/reader.ts";
import { createMetrics, type Metrics } from "../../src/telemetry/metrics.ts";
import type { WebParts } from "../../src/web/app.ts";
import type { ExportSource } from "../../src/web/export.ts";
import type { Page } from "../../src/web/page.ts";
import { represent } from "../../src/web/representation.ts";
import { startWeb } from "../../src/web/server.ts";

export type StartedWeb = {
  readonly url: string;
  readonly port: number;
  readonly metrics: Metrics;
  readonly log: string[];
  close(): Promise<void>;
};

export type Fakes = {
  reader?: Partial<Reader>;
  feed?: Pick<Feed, "live">;
  exportActivations?: ExportSource;
  page?: Page;
  readiness?: WebParts["readiness"];
  bounds?: WebParts["bounds"];
};

const html = { type: "text/html; charset=utf-8", quality: 4 };

/** A small dashboard: a page, and one file with a hash in its name that is worth compressing. */
export const PAGE: Page = {
  index: represent("<!doctype html><title>slimmer</title>", html),
  files: new Map([
    [
      "/assets/main-4f2a.js",
      represent("console.log('slimmer');".repeat(200), {
        type: "text/javascript; charset=utf-8",
        quality: 4,
      }),
    ],
    ["/favicon.svg", represent("<svg/>", { type: "image/svg+xml", quality: 4 })],
  ]),
  isBuilt: true,
};

const nobody = () => Promise.reject(new Error("nobody should ask this"));

/** The HTTP edge on a port of its own, for the running test; whatever is not given must not be asked. */
export async function startedWeb({
  reader = {},
  feed = { live: () => ({ [Symbol.asyncIterator]: () => ({ next: nobody }) }) },
  exportActivations = () => ({ [Symbol.asyncIterator]: () => ({ next: nobody }) }),
  page = PAGE,
  readiness = () => [],
  bounds = {},
}: Fakes = {}): Promise<StartedWeb> {
  const metrics = createMetrics({ defaults: false });
  const log: string[] = [];
  const logger = pino({ level: "warn" }, { write: (line: string) => void log.push(line) });
  const calls = new Proxy(reader as Reader, {
    get: (given, name) => given[name as keyof Reader] ?? nobody,
  });
  const server = await startWeb(
    { host: "127.0.0.1", port: 0 },
    { reader: calls, feed, exportActivations, page, metrics, readiness, log: logger, bounds },
  );
  let closed: Promise<void> | undefined;
  const close = () => {
    closed ??= server.close({ delayMs: 0 });
    return closed;
  };
  onTestFinished(close);
  const port = Number(server.address.split(":").at(-1));
  return { url: `http://${server.address}`, port, metrics, log, close };
}

/** What a server says to bytes that are no request. */
export async function answerToBytes(port: number, bytes: string): Promise<string> {
  const socket = connect(port, "127.0.0.1");
  let text = "";
  socket.setEncoding("utf8").on("data", (chunk: string) => {
    text += chunk;
  });
  socket.write(bytes);
  await new Promise((resolve) => socket.once("close", resolve));
  return text;
}

/** Sends a path as it is: fetch would tidy it up. */
export async function rawGet(port: number, path: string): Promise<string> {
  return answerToBytes(port, `GET ${path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n`);
}

/** What an answer says, as the test that asked knows it. */
// biome-ignore lint/suspicious/noExplicitAny: see above
export async function jsonOf(response: Response): Promise<any> {
  return await response.json();
}
