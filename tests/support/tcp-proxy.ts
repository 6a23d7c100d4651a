import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";

/** A way to a server that can be cut, closed, or held up: what a network and a stopped server do. */
export type TcpProxy = {
  /** `url` with the proxy in the place of its host and port. */
  urlVia(url: string): string;
  /** Ends all connections, and refuses new ones, as a stopped server does. */
  close(): Promise<void>;
  /** Takes connections again, at the same port. */
  open(): Promise<void>;
  /** Ends all connections at once, and takes new ones. */
  cut(): void;
  /** Holds back what the server sends, on all connections, old and new; false lets it through again. */
  hold(isHeld: boolean): void;
};

export async function startTcpProxy(targetUrl: string): Promise<TcpProxy> {
  const target = new URL(targetUrl);
  const pairs = new Set<{ near: Socket; far: Socket }>();
  let isHeld = false;
  let server: Server;
  let port = 0;

  function accept(near: Socket): void {
    const far = connect(Number(target.port || 5432), target.hostname);
    const pair = { near, far };
    pairs.add(pair);
    near.pipe(far);
    if (isHeld) far.pause();
    else far.pipe(near);
    for (const socket of [near, far]) {
      socket.on("error", () => {});
      socket.on("close", () => {
        near.destroy();
        far.destroy();
        pairs.delete(pair);
      });
    }
  }

  async function open(): Promise<void> {
    server = createServer(accept);
    await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
    port = (server.address() as AddressInfo).port;
  }

  function cut(): void {
    for (const { near, far } of pairs) {
      near.destroy();
      far.destroy();
    }
  }

  await open();
  return {
    urlVia(url) {
      const via = new URL(url);
      via.hostname = "127.0.0.1";
      via.port = String(port);
      return via.href;
    },
    open,
    cut,
    async close() {
      const closed = new Promise((resolve) => server.close(resolve));
      cut();
      await closed;
    },
    hold(held) {
      if (held === isHeld) return;
      isHeld = held;
      for (const { near, far } of pairs) {
        if (held) {
          far.unpipe(near);
          far.pause();
        } else {
          far.pipe(near);
        }
      }
    },
  };
}
