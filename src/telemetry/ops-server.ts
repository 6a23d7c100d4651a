import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Metrics } from "./metrics.ts";
import { type Readiness, readinessAnswer } from "./readiness.ts";

export type OpsServer = { address: string; close(): Promise<void> };

/**
 * `/metrics` for Prometheus; `/livez`: the process turns its event loop; `/readyz`: it can do its work, or says why not
 * (503). Nothing else.
 */
export async function startOpsServer(
  listen: { host: string; port: number },
  { metrics, readiness }: { metrics: Metrics; readiness: Readiness },
): Promise<OpsServer> {
  const server = createServer((request, response) => {
    route(request.url ?? "/", response).catch(() => send(response, 500, "internal error\n"));
  });

  async function route(url: string, response: ServerResponse): Promise<void> {
    switch (url.split("?")[0]) {
      case "/metrics":
        response.setHeader("content-type", metrics.registry.contentType);
        return send(response, 200, await metrics.registry.metrics());
      case "/livez":
        return send(response, 200, "ok\n");
      case "/readyz": {
        const { code, text } = await readinessAnswer(readiness);
        return send(response, code, text);
      }
      default:
        return send(response, 404, "here are /metrics, /livez and /readyz\n");
    }
  }

  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(listen.port, listen.host, resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    address: `${listen.host}:${port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function send(response: ServerResponse, status: number, body: string): void {
  if (!response.hasHeader("content-type")) {
    response.setHeader("content-type", "text/plain; charset=utf-8");
  }
  response.writeHead(status);
  response.end(body);
}
