import { expect, test } from "vitest";
import { isXdsTarget, registerXds } from "../../src/client/sending/xds-target.ts";
import { xdsSettingsProblems } from "../../src/rpc/xds-settings.ts";

const RIGHT = {
  xds_servers: [{ server_uri: "127.0.0.1:18000", channel_creds: [{ type: "insecure" }] }],
  node: { id: "attic-1", locality: {} },
  server_listener_resource_name_template: "slimmer/%s",
};

const environment = (bootstrap: unknown) => ({
  GRPC_XDS_BOOTSTRAP_CONFIG: typeof bootstrap === "string" ? bootstrap : JSON.stringify(bootstrap),
});
const inServer = (env: NodeJS.ProcessEnv) =>
  xdsSettingsProblems({ host: "127.0.0.1", port: 50_051 }, env);

test.each([
  ["xds:///slimmer", true],
  ["xds://authority/slimmer", true],
  ["xds:slimmer", true],
  ["xds:50051", false],
  ["dns:///xds:50051", false],
  ["127.0.0.1:50051", false],
  ["xdsserver:50051", false],
])("whether %s is the target of a control plane: %s", (address, expected) => {
  expect(isXdsTarget(address)).toBe(expected);
});

test("a right bootstrap is taken, by client and server", async () => {
  await registerXds(environment(RIGHT));
  expect(inServer(environment(RIGHT))).toEqual([]);
});

const WRONG: [unknown, string[]][] = [
  ["{", ["is no JSON"]],
  ["null", ["xds_servers.0.server_uri", "xds_servers.0.channel_creds", "node.id", "node.locality"]],
  [{ ...RIGHT, xds_servers: [] }, ["xds_servers.0.server_uri", "xds_servers.0.channel_creds"]],
  [
    { ...RIGHT, xds_servers: [{ server_uri: "", channel_creds: [{ type: "tls" }, null] }] },
    ['""', '[{"type":"tls"},null]', "google_default"],
  ],
  [{ ...RIGHT, node: { id: 7 } }, ["node.id", "7", "node.locality"]],
  [{ ...RIGHT, node: { id: "attic-1", locality: null } }, ["node.locality", "null"]],
];

test.each(WRONG)(
  "of %j, client and server say everything that is wrong",
  async (bootstrap, all) => {
    const env = environment(bootstrap);
    const ofClient = await refusalOf(env);
    const ofServer = inServer(env).join("\n");
    for (const wrong of ["GRPC_XDS_BOOTSTRAP_CONFIG", ...all]) {
      expect(ofClient).toContain(wrong);
      expect(ofServer).toContain(wrong);
    }
  },
);

test("a file that can't be read is named, and wins over the text", async () => {
  const env = { ...environment(RIGHT), GRPC_XDS_BOOTSTRAP: "/not/there.json" };
  expect(await refusalOf(env)).toMatch(/"\/not\/there.json" can't be read: ENOENT/);
  expect(inServer(env)).toEqual([
    expect.stringMatching(/^GRPC_XDS_BOOTSTRAP="\/not\/there.json" can't be read: ENOENT/),
  ]);
});

test("without any bootstrap, both variables are named", async () => {
  const both = /GRPC_XDS_BOOTSTRAP \(a file\) .* GRPC_XDS_BOOTSTRAP_CONFIG \(its text\)/;
  expect(await refusalOf({})).toMatch(both);
  expect(inServer({})).toEqual([expect.stringMatching(both)]);
});

/** What registering with this environment is refused with. */
async function refusalOf(env: NodeJS.ProcessEnv): Promise<string> {
  const error = await registerXds(env).catch((refusal: Error) => refusal);
  if (!(error instanceof Error)) throw new Error("it was taken");
  return error.message;
}
