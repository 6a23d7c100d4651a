import { readFileSync } from "node:fs";
import { createServer } from "node:net";

/**
 * A port of 127.0.0.1 that nobody listens on now, for a process that is started a moment later, or that must come back on
 * the same one. It lies below the range of which the kernel gives ports to whoever connects or listens on port 0: one of
 * those might be somebody's by then. The ports that follow it are given to nobody else, since `slimmer up` takes some of them.
 */
export async function freePort(): Promise<number> {
  for (let attempt = 1; ; attempt += 1) {
    const port = LOWEST + STEP * Math.floor((Math.random() * (END - LOWEST)) / STEP);
    if (given.has(port)) continue;
    try {
      await listenOnce(port);
      given.add(port);
      return port;
    } catch (error) {
      if (attempt === ATTEMPTS) throw error;
    }
  }
}

const LOWEST = 15_000;
/** Kubernetes' node ports begin at 30,000; where the kernel's range begins so low that nothing is left, it can't matter. */
const END = Math.max(LOWEST + 5_000, Math.min(30_000, firstEphemeral()));
const STEP = 8;
const ATTEMPTS = 50;
/** Nobody may listen yet on one that was given out. */
const given = new Set<number>();

/** The first port of that range: Linux tells it; elsewhere it is the one of RFC 6335, section 6. */
function firstEphemeral(): number {
  try {
    return Number.parseInt(readFileSync("/proc/sys/net/ipv4/ip_local_port_range", "utf8"), 10);
  } catch {
    return 49_152;
  }
}

/** Throws when somebody listens there. */
function listenOnce(port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(port, "127.0.0.1", () => server.close(() => resolve()));
  });
}
