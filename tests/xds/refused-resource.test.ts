import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { type Client, getClient } from "../../src/client/index.ts";
import { door } from "../support/cast.ts";
import { type ControlPlane, startControlPlane } from "../support/control-plane.ts";
import {
  clientResources,
  type Endpoint,
  type Resource,
} from "../support/control-plane-resources.ts";
import { eventually } from "../support/eventually.ts";
import { useServers } from "../support/slimmer-servers.ts";

const servers = useServers(2);
let controlPlane: ControlPlane;
let endpoints: readonly [Endpoint, Endpoint];
beforeAll(async () => {
  controlPlane = await startControlPlane();
  // grpc-js reads it once in a process; each test file has a process of its own.
  process.env.GRPC_XDS_BOOTSTRAP_CONFIG = JSON.stringify(controlPlane.bootstrap());
  const [first, second] = servers().addresses.map((address) => {
    const [host = "", port] = address.split(":");
    return { host, port: Number(port) };
  });
  endpoints = [first as Endpoint, second as Endpoint];
});
afterAll(() => controlPlane.close());

/** Each breaks one of the resources of a target that works. */
const WRONG: [string, RegExp, (resources: Resource[]) => object][] = [
  [
    "a route with a domain of two wildcards",
    /multiple wildcards/,
    ([, , , route]) => ({ ...route, virtual_hosts: [{ name: "all", domains: ["*.*"] }] }),
  ],
  [
    "a cluster with a policy that grpc-js does not have",
    /MAGLEV/,
    ([cluster]) => ({ ...cluster, lb_policy: "MAGLEV" }),
  ],
  [
    "endpoints without a locality",
    /locality/,
    ([, assignment]) => ({ ...assignment, endpoints: [{ load_balancing_weight: { value: 1 } }] }),
  ],
  [
    "a listener whose routes come from elsewhere",
    /rds.config_source/,
    ([, , listener]) => withRoutesFromElsewhere(listener as Resource),
  ],
];

test.each(WRONG)(
  "of %s the client says what is wrong, and goes on with what it had",
  async (_, reason, breakOne) => {
    const refused = controlPlane.nacks.length;
    const name = `slimmer-${refused}`;
    controlPlane.setEndpoints(name, [endpoints[0]]);
    const client = await getClient({ address: `xds:///${name}`, systemId: "greenhouse" });
    onTestFinished(() => client.close());
    const run = client.run([door]);
    await run.fire(door);

    controlPlane.put(breakOne(clientResources(name, [endpoints[0]])) as Resource);
    await eventually(() => expect(controlPlane.nacks).toHaveLength(refused + 1));
    expect(controlPlane.nacks.at(-1)?.reason).toMatch(reason);
    for (let count = 0; count < 10; count += 1) await run.fire(door);
    expectNothingLost(client);

    // What comes next is right again, and is followed.
    controlPlane.setEndpoints(name, [endpoints[1]]);
    const before = await callsOfSecond();
    await eventually(async () => {
      await run.fire(door);
      expect(await callsOfSecond()).toBeGreaterThan(before);
    });
    await run.end();
    expectNothingLost(client);
    expect(controlPlane.nacks).toHaveLength(refused + 1);
  },
);

function expectNothingLost(client: Client): void {
  const { retries, refused, dropped, waiting } = client.stats();
  expect({ retries, refused, dropped, waiting }).toEqual({
    retries: 0,
    refused: 0,
    dropped: 0,
    waiting: 0,
  });
}

async function callsOfSecond(): Promise<number> {
  const text = await (
    await fetch(`http://${servers().processes[1]?.addresses.ops}/metrics`)
  ).text();
  const [, count = "0"] =
    /^grpc_server_handled_total\{.*grpc_method="new_activations".*"OK"\} (\d+)/m.exec(text) ?? [];
  return Number(count);
}

function withRoutesFromElsewhere(listener: Resource): object {
  const { api_listener: outer } = listener as { api_listener?: { api_listener: object } };
  const rds = { route_config_name: "route", config_source: { path: "/routes.yaml" } };
  return { ...listener, api_listener: { api_listener: { ...outer?.api_listener, rds } } };
}
