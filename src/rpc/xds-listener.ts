import { Server as TcpServer } from "node:net";
import { type Server, ServerCredentials, type StatusObject } from "@grpc/grpc-js";
import { addressName, type Listener, listenError, type OpenListener } from "./listener.ts";
import { watchSessions } from "./sessions.ts";

/** What slimmer needs from inside the XdsServer of grpc-js-xds 1.14. */
type Inside = {
  boundPortMap?: Map<string, BoundPort>;
  xdsClient?: { clients?: { client: { adsCallState?: { call?: { cancel(): void } } | null } }[] };
};
type BoundPort = { currentConfig: object | null; tcpServer: TcpServer };
type XdsServer = Server & {
  addServingStateListener(port: string, listener: (status: StatusObject) => void): void;
};

/**
 * Loads what a control plane needs to be asked for the listener; not before, because it is large. Connections are taken
 * once the listener has arrived, and as long as the control plane does not take it back. Connections of a listener that
 * was replaced have `drainMs` to finish their calls.
 */
export async function loadXdsListener({ drainMs }: { drainMs: number }): Promise<OpenListener> {
  const { register, XdsServer } = await import("@grpc/grpc-js-xds");
  // Brings the filters, too, without which no listener is accepted.
  register();
  return (options) => createXdsListener(new XdsServer({ ...options, drainGraceTimeMs: drainMs }));
}

function createXdsListener(server: XdsServer): Listener {
  const inside = server as unknown as Inside;
  const sessions = watchSessions(server);
  let name = "";
  let port: BoundPort | undefined;
  let lastError = "";
  let giveUp = () => {};
  let cancelDiscovery = () => {};

  return {
    server,
    get problem() {
      // Not by the serving status: that stays as it is when a listener is taken back.
      if (port?.currentConfig && port.tcpServer.listening) return undefined;
      const why = lastError ? `: ${lastError}` : "";
      return `the xDS control plane has sent no listener for ${name}${why}`;
    },
    listen(address) {
      name = addressName(address);
      return new Promise((resolve, reject) => {
        const fail = (cause: unknown) => reject(listenError(name, cause));
        giveUp = () => fail(new Error("closed before the control plane had sent a listener"));
        server.bindAsync(name, ServerCredentials.createInsecure(), (error, bound) =>
          error ? fail(error) : resolve(bound),
        );
        port = boundPort(inside, name);
        bindOnlyTo(port.tcpServer, address.host);
        // Nobody else takes the error of a port that is taken: it would end the process as a defect.
        port.tcpServer.on("error", fail);
        server.addServingStateListener(name, ({ details }) => {
          lastError = details;
        });
      });
    },
    async finish() {
      giveUp();
      cancelDiscovery = discoveryOf(inside);
      // Its callback comes at once, because XdsServer has begun to close the sessions before anybody waits for them.
      server.tryShutdown(() => {});
      await Promise.all(
        [...sessions].map((session) => new Promise((resolve) => session.once("close", resolve))),
      );
    },
    close() {
      server.forceShutdown();
      for (const session of sessions) session.destroy();
      cancelDiscovery();
    },
  };
}

function boundPort({ boundPortMap }: Inside, name: string): BoundPort {
  const port = boundPortMap?.get(name);
  if (!(port?.tcpServer instanceof TcpServer) || port.currentConfig === undefined) throw hidden();
  return port;
}

/** XdsServer would take connections on every address of the machine, whichever it was told. */
function bindOnlyTo(tcpServer: TcpServer, host: string): void {
  const listen = tcpServer.listen.bind(tcpServer) as (options: object, done: () => void) => void;
  Object.assign(tcpServer, {
    listen: (port: number, done: () => void) => listen({ host, port }, done),
  });
}

/**
 * The end of the calls to the control plane. XdsServer only half-closes them, and one to a control plane that is away
 * would keep the process alive until it is back.
 */
function discoveryOf({ xdsClient }: Inside): () => void {
  if (!Array.isArray(xdsClient?.clients)) throw hidden();
  const calls = xdsClient.clients.map(({ client }) => client.adsCallState?.call);
  return () => {
    for (const call of calls) call?.cancel();
  };
}

function hidden(): Error {
  return new Error(
    "this version of @grpc/grpc-js-xds hides its ports elsewhere: see src/rpc/xds-listener.ts",
  );
}
