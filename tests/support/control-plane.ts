import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import {
  type GrpcObject,
  type handleBidiStreamingCall,
  loadPackageDefinition,
  Server,
  ServerCredentials,
  type ServiceClientConstructor,
} from "@grpc/grpc-js";
import { loadSync } from "@grpc/proto-loader";
import {
  clientResources,
  type Endpoint,
  nameOf,
  type Resource,
  serverListener,
  TYPES,
  type TypeUrl,
} from "./control-plane-resources.ts";
import { createSubscriber, type Nack, type Subscriber } from "./control-plane-subscriber.ts";

/** A control plane of the tests: gRPC clients and servers ask it over ADS (state of the world). */
export type ControlPlane = {
  readonly address: string;
  /** All refusals so far. */
  readonly nacks: readonly Nack[];
  /** Names of resources that a client has accepted, in the order of their acceptance. */
  readonly accepted: readonly string[];
  /** How many clients have a stream now. */
  readonly streams: number;
  /** For GRPC_XDS_BOOTSTRAP_CONFIG, or a file that GRPC_XDS_BOOTSTRAP names. */
  bootstrap(): object;
  /** What `xds:///name` leads to; no endpoints at all is an answer too. */
  setEndpoints(name: string, endpoints: readonly Endpoint[]): void;
  /** Lets a server serve at this IP address and port. */
  addServerListener(address: string): void;
  removeServerListener(address: string): void;
  /** Any resource, also one that clients have to refuse. */
  put(resource: Resource): void;
  close(): Promise<void>;
};

type AdsCall = Parameters<handleBidiStreamingCall<Parameters<Subscriber["handle"]>[0], object>>[0];

const LISTENER_PREFIX = "slimmer/listener/";

/** Starts it on a port of 127.0.0.1: a free one, or the one where another has been. */
export async function startControlPlane({ port = 0 } = {}): Promise<ControlPlane> {
  const tables = new Map<TypeUrl, Map<string, Resource>>(
    Object.values(TYPES).map((type) => [type, new Map()]),
  );
  const tableOf = (type: TypeUrl) => tables.get(type) ?? new Map<string, Resource>();
  const subscribers = new Set<Subscriber>();
  const nacks: Nack[] = [];
  const accepted: string[] = [];

  const server = new Server();
  server.addService(adsService(), {
    StreamAggregatedResources(call: AdsCall) {
      const subscriber = createSubscriber({
        resources: tableOf,
        send: (response) => call.write(response),
        onAccepted: (names) => accepted.push(...names),
        onRefused: (nack) => nacks.push(nack),
      });
      subscribers.add(subscriber);
      const forget = () => subscribers.delete(subscriber);
      call.on("data", subscriber.handle);
      call.on("end", () => call.end());
      for (const event of ["end", "cancelled", "close", "error"]) call.on(event, forget);
    },
  });
  const bound = await new Promise<number>((resolve, reject) => {
    const credentials = ServerCredentials.createInsecure();
    server.bindAsync(`127.0.0.1:${port}`, credentials, (error, number) =>
      error ? reject(error) : resolve(number),
    );
  });
  const address = `127.0.0.1:${bound}`;

  /** What has not changed stays the same object, and is not sent again. */
  function keep(resource: Resource): void {
    const table = tableOf(resource["@type"]);
    const name = nameOf(resource);
    if (JSON.stringify(table.get(name)) !== JSON.stringify(resource)) table.set(name, resource);
  }

  function publish(): void {
    for (const type of tables.keys()) {
      for (const subscriber of subscribers) subscriber.update(type);
    }
  }

  return {
    address,
    nacks,
    accepted,
    get streams() {
      return subscribers.size;
    },
    bootstrap: () => ({
      xds_servers: [{ server_uri: address, channel_creds: [{ type: "insecure" }] }],
      node: { id: "slimmer-test", locality: {} },
      server_listener_resource_name_template: `${LISTENER_PREFIX}%s`,
    }),
    setEndpoints(name, endpoints) {
      for (const resource of clientResources(name, endpoints)) keep(resource);
      publish();
    },
    addServerListener(listenAddress) {
      keep(serverListener(`${LISTENER_PREFIX}${listenAddress}`, listenAddress));
      publish();
    },
    removeServerListener(listenAddress) {
      tableOf(TYPES.listener).delete(`${LISTENER_PREFIX}${listenAddress}`);
      publish();
    },
    put(resource) {
      keep(resource);
      publish();
    },
    // Of a server without channelz, grpc-js 1.14 would leave the connections open.
    close: async () => server.forceShutdown(),
  };
}

/** From the protos that @grpc/grpc-js-xds brings along. */
function adsService() {
  const require = createRequire(import.meta.url);
  const deps = join(dirname(require.resolve("@grpc/grpc-js-xds/package.json")), "deps");
  const definition = loadSync(
    [
      "envoy/service/discovery/v3/ads.proto",
      "envoy/config/listener/v3/listener.proto",
      "envoy/config/route/v3/route.proto",
      "envoy/config/cluster/v3/cluster.proto",
      "envoy/config/endpoint/v3/endpoint.proto",
      "envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager.proto",
      "envoy/extensions/filters/http/router/v3/router.proto",
    ],
    {
      keepCase: true,
      longs: String,
      enums: String,
      defaults: true,
      oneofs: true,
      includeDirs: ["envoy-api", "xds", "googleapis", "protoc-gen-validate"].map((folder) =>
        join(deps, folder),
      ),
    },
  );
  const place = ["envoy", "service", "discovery", "v3"].reduce(
    (object, name) => object[name] as GrpcObject,
    loadPackageDefinition(definition),
  );
  return (place.AggregatedDiscoveryService as ServiceClientConstructor).service;
}
