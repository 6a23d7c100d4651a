import { setTimeout } from "node:timers/promises";
import { shuttingDown } from "../domain/refusals.ts";
import { within } from "../kit/within.ts";
import { createApp, type WebParts } from "./app.ts";

export type WebServer = {
  readonly address: string;
  /** Answers on for `delayMs`, then ends what lasts as it should end, and gives other answers five seconds. */
  close(options: { delayMs: number }): Promise<void>;
};

/** Connections that do nothing wait for the next request; more than this are turned away. */
const MAX_CONNECTIONS = 12_000;
/** How long answers that run may take once the server closes. */
const DRAIN_MS = 5_000;

/** Listens. */
export async function startWeb(
  listen: { host: string; port: number },
  parts: Omit<WebParts, "stopping">,
): Promise<WebServer> {
  const stopping = new AbortController();
  const app = await createApp({ ...parts, stopping: stopping.signal });
  app.server.maxConnections = MAX_CONNECTIONS;
  await app.listen(listen);
  const address = app.server.address();
  const port = typeof address === "object" && address ? address.port : listen.port;
  return {
    address: `${listen.host.includes(":") ? `[${listen.host}]` : listen.host}:${port}`,
    async close({ delayMs }) {
      if (delayMs > 0) await setTimeout(delayMs);
      stopping.abort(shuttingDown());
      await within(DRAIN_MS, "draining", app.close()).catch(() => {
        app.server.closeAllConnections();
      });
    },
  };
}
