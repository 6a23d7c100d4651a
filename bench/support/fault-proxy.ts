import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import { createLane, freeRoad, type Lane, type Road } from "./fault-lane.ts";

/** What is sent by the client travels up, what is sent by the server down. */
export type Direction = "up" | "down" | "both";

/** A network between a client and a server, on one port for as long as it lives, that fails when it is told to. */
export type FaultProxy = {
  readonly port: number;
  /** 127.0.0.1:port. */
  readonly address: string;
  /** Connections that are open now. */
  readonly connections: number;
  /** Ends all connections (FIN); new ones are taken. */
  cut(): void;
  /** Ends all connections with a reset (RST), as a router that has forgotten them does. */
  reset(): void;
  /**
   * Bytes stop, and nobody is told, on connections old and new; also the end of a connection is not passed on. With `forMs`
   * they flow again after that time, and the promise resolves then; else at once.
   */
  stall(direction?: Direction, forMs?: number): Promise<void>;
  /** Bytes flow again, those that were held back first. */
  flow(): void;
  /** Every byte takes so much longer, in each direction. 0 for no delay. */
  delay(ms: number): void;
  /** In each direction of each connection. Infinity for no limit. */
  throttle(bytesPerSecond: number): void;
  /** Cuts in the middle of a message: after so many more bytes in `direction`. Once. */
  cutAfter(bytes: number, direction?: Exclude<Direction, "both">): void;
  /** Nobody listens any more; connections stay. */
  refuse(): void;
  /** Listens again. */
  accept(): Promise<void>;
  /** Connects new connections to another port. */
  retarget(port: number): void;
  /** Takes every fault back, and listens. */
  heal(): Promise<void>;
  close(): Promise<void>;
};

type Pair = { readonly near: Socket; readonly far: Socket; readonly lanes: readonly Lane[] };

/** Below the ports that outgoing connections get, one of which would take ours while nobody listens. */
const PORTS = { first: 18_000, count: 14_000 } as const;
const ATTEMPTS = 50;

export async function startFaultProxy(targetPort: number): Promise<FaultProxy> {
  const roads = { up: freeRoad(), down: freeRoad() };
  const pairs = new Set<Pair>();
  let target = targetPort;
  let server: Server | undefined;
  let stallTimer: NodeJS.Timeout | undefined;
  let endStall: (() => void) | undefined;

  function take(near: Socket): void {
    const far = connect({ port: target, host: "127.0.0.1", allowHalfOpen: true });
    for (const socket of [near, far]) socket.setNoDelay(true);
    const lanes = [
      createLane({ from: near, to: far, road: roads.up }),
      createLane({ from: far, to: near, road: roads.down }),
    ];
    const pair = { near, far, lanes };
    pairs.add(pair);
    let open = 2;
    for (const socket of [near, far]) {
      socket.once("close", () => {
        open -= 1;
        if (open > 0) return;
        for (const lane of lanes) lane.close();
        pairs.delete(pair);
      });
    }
  }

  function pump(): void {
    for (const { lanes } of pairs) for (const lane of lanes) lane.pump();
  }

  async function listen(port: number): Promise<number> {
    const next = createServer({ allowHalfOpen: true }, take);
    await new Promise<void>((resolve, reject) => {
      next.once("error", reject);
      next.listen(port, "127.0.0.1", resolve);
    });
    server = next;
    return (next.address() as AddressInfo).port;
  }

  async function listenSomewhere(): Promise<number> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await listen(PORTS.first + Math.floor(Math.random() * PORTS.count));
      } catch (error) {
        if (attempt === ATTEMPTS) throw error;
      }
    }
  }

  function end(how: (socket: Socket) => void): void {
    for (const { near, far } of pairs) {
      how(near);
      how(far);
    }
  }

  function cut(): void {
    end((socket) => socket.destroy());
  }

  function flow(): void {
    clearTimeout(stallTimer);
    roads.up.isStalled = false;
    roads.down.isStalled = false;
    pump();
    endStall?.();
    endStall = undefined;
  }

  function refuse(): void {
    server?.close();
    server = undefined;
  }

  async function accept(): Promise<void> {
    if (!server) await listen(port);
  }

  function setBoth(change: Partial<Road>): void {
    Object.assign(roads.up, change);
    Object.assign(roads.down, change);
    pump();
  }

  const port = await listenSomewhere();
  return {
    port,
    address: `127.0.0.1:${port}`,
    get connections() {
      return pairs.size;
    },
    cut,
    reset: () => end((socket) => socket.resetAndDestroy()),
    stall(direction = "both", forMs) {
      flow();
      if (direction !== "down") roads.up.isStalled = true;
      if (direction !== "up") roads.down.isStalled = true;
      if (forMs === undefined) return Promise.resolve();
      return new Promise((resolve) => {
        endStall = resolve;
        stallTimer = setTimeout(flow, forMs);
      });
    },
    flow,
    delay: (delayMs) => setBoth({ delayMs }),
    throttle: (bytesPerSecond) => setBoth({ bytesPerSecond }),
    cutAfter(bytes, direction = "up") {
      roads[direction].bytesLeft = bytes;
    },
    refuse,
    accept,
    retarget(next) {
      target = next;
    },
    heal() {
      setBoth(freeRoad());
      flow();
      return accept();
    },
    async close() {
      flow();
      refuse();
      cut();
    },
  };
}
