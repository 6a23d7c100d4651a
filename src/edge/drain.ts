import { setTimeout as wait } from "node:timers/promises";
import type { Address } from "../config/kinds.ts";

export type DrainOptions = {
  admin: Address;
  /** How long new connections are still taken, however idle Envoy is: whoever balances over several has to notice. */
  delayMs: number;
  /** Longest wait for the connections to end, the delay included. */
  maxMs: number;
  log: { info(facts: object, message: string): void; warn(facts: object, message: string): void };
};

const POLL_MS = 250;
const ANSWER_MS = 5_000;

/**
 * Lets an Envoy run dry before it is stopped: `/ready` fails, every connection is told to go (GOAWAY, `Connection: close`)
 * while new ones are still served, and then it waits until none is left. Resolves with the number of connections that are;
 * an Envoy that does not answer has nothing to drain.
 */
export async function drainEnvoy({ admin, delayMs, maxMs, log }: DrainOptions): Promise<number> {
  const startedAt = performance.now();
  const elapsed = () => performance.now() - startedAt;
  try {
    await ask(admin, "POST", "/healthcheck/fail");
    await ask(admin, "POST", "/drain_listeners?graceful&skip_exit");
    log.info({ connections: await connectionsOf(admin) }, "draining Envoy");
    for (;;) {
      const connections = await connectionsOf(admin);
      const isLate = elapsed() >= Math.max(maxMs, delayMs);
      if ((connections === 0 && elapsed() >= delayMs) || isLate) {
        const facts = { connections, seconds: Math.round(elapsed() / 100) / 10 };
        if (connections > 0) log.warn(facts, "Envoy still has connections");
        else log.info(facts, "Envoy is drained");
        return connections;
      }
      await wait(POLL_MS);
    }
  } catch (error) {
    log.warn({ err: error }, "Envoy does not answer");
    return 0;
  }
}

const CONNECTIONS = "http.edge.downstream_cx_active";

async function connectionsOf(admin: Address): Promise<number> {
  const filter = encodeURIComponent(`^${CONNECTIONS.replaceAll(".", "\\.")}$`);
  const text = await ask(admin, "GET", `/stats?filter=${filter}`);
  const match = /: (\d+)\s*$/.exec(text.trim());
  if (!match) throw new Error(`Envoy's statistics have no ${CONNECTIONS}`);
  return Number(match[1]);
}

async function ask({ host, port }: Address, method: string, path: string): Promise<string> {
  const name = host.includes(":") ? `[${host}]` : host;
  const response = await fetch(`http://${name}:${port}${path}`, {
    method,
    signal: AbortSignal.timeout(ANSWER_MS),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`Envoy answered ${path} with ${response.status}: ${text}`);
  return text;
}
