/** The kinds of resource, in the order in which a change of several is told: what is pointed at comes first. */
export const TYPES = {
  cluster: "type.googleapis.com/envoy.config.cluster.v3.Cluster",
  endpoints: "type.googleapis.com/envoy.config.endpoint.v3.ClusterLoadAssignment",
  listener: "type.googleapis.com/envoy.config.listener.v3.Listener",
  route: "type.googleapis.com/envoy.config.route.v3.RouteConfiguration",
} as const;

export type TypeUrl = (typeof TYPES)[keyof typeof TYPES];

/** A resource as a plain object; proto-loader packs it by its "@type". */
export type Resource = { "@type": TypeUrl; name?: string; cluster_name?: string } & object;

export type Endpoint = { host: string; port: number };

const HTTP_FILTERS = "type.googleapis.com/envoy.extensions.filters.http";
const NETWORK_FILTERS = "type.googleapis.com/envoy.extensions.filters.network";

/** What a client subscribes to it by. */
export function nameOf({ name, cluster_name }: Resource): string {
  return name ?? cluster_name ?? "";
}

/** Everything between `xds:///name` and the addresses behind it. */
export function clientResources(name: string, endpoints: readonly Endpoint[]): Resource[] {
  const route = `${name}/route`;
  const cluster = `${name}/cluster`;
  return [
    clusterResource(cluster),
    endpointsResource(cluster, endpoints),
    clientListener(name, route),
    { "@type": TYPES.route, ...routes(route, { route: { cluster } }) },
  ];
}

function clusterResource(name: string): Resource {
  const body = {
    name,
    type: "EDS",
    eds_cluster_config: { eds_config: { ads: {} } },
    lb_policy: "ROUND_ROBIN",
  };
  return { "@type": TYPES.cluster, ...body };
}

/** All in one locality. Without a weight of its own clients would ignore it. */
function endpointsResource(cluster: string, endpoints: readonly Endpoint[]): Resource {
  const locality = {
    locality: { region: "here", zone: "", sub_zone: "" },
    load_balancing_weight: { value: 1 },
    lb_endpoints: endpoints.map(({ host, port }) => ({
      health_status: "HEALTHY",
      endpoint: { address: { socket_address: { address: host, port_value: port } } },
    })),
  };
  const body = { cluster_name: cluster, endpoints: endpoints.length > 0 ? [locality] : [] };
  return { "@type": TYPES.endpoints, ...body };
}

function clientListener(name: string, route: string): Resource {
  const rds = { route_config_name: route, config_source: { ads: {} } };
  const body = { name, api_listener: { api_listener: connectionManager({ rds }) } };
  return { "@type": TYPES.listener, ...body };
}

/** What lets a gRPC server serve: its own address, and routes that end at it. */
export function serverListener(name: string, listenAddress: string): Resource {
  const [, host = "", port] = /^\[?(.+?)\]?:(\d+)$/.exec(listenAddress) ?? [];
  const manager = connectionManager({ route_config: routes(name, { non_forwarding_action: {} }) });
  const body = {
    name,
    address: { socket_address: { address: host, port_value: Number(port) } },
    traffic_direction: "INBOUND",
    default_filter_chain: {
      filters: [{ name: "connection manager", typed_config: manager }],
    },
  };
  return { "@type": TYPES.listener, ...body };
}

function routes(name: string, action: object) {
  const route = { match: { prefix: "/" }, ...action };
  return { name, virtual_hosts: [{ name: "all", domains: ["*"], routes: [route] }] };
}

function connectionManager(routeSpecifier: object): object {
  return {
    "@type": `${NETWORK_FILTERS}.http_connection_manager.v3.HttpConnectionManager`,
    ...routeSpecifier,
    http_filters: [
      { name: "router", typed_config: { "@type": `${HTTP_FILTERS}.router.v3.Router` } },
    ],
  };
}
