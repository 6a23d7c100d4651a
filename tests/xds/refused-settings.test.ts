import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { slimmer } from "../support/slimmer-command.ts";

const RIGHT = JSON.stringify({
  xds_servers: [{ server_uri: "127.0.0.1:18000", channel_creds: [{ type: "insecure" }] }],
  node: { id: "serve", locality: {} },
  server_listener_resource_name_template: "slimmer/%s",
});

async function refusalOf(listen: string, env: Record<string, string>): Promise<string[]> {
  const { code, stdout, stderr } = await slimmer(["serve", "--xds", "true"], {
    SLIMMER_GRPC_LISTEN: listen,
    ...env,
  });
  expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
  expect(stderr).not.toMatch(/\n\s+at /);
  return stderr.trimEnd().split("\n");
}

test.each([
  ["localhost:50051", 'SLIMMER_GRPC_LISTEN="localhost:50051" has a host name'],
  ["127.0.0.1:0", 'SLIMMER_GRPC_LISTEN="127.0.0.1:0" has port 0'],
])("a server that would listen at %s is refused", async (listen, sentence) => {
  const [title, problem] = await refusalOf(listen, { GRPC_XDS_BOOTSTRAP_CONFIG: RIGHT });
  expect(title).toBe("slimmer: One setting is wrong:");
  expect(problem).toContain(
    `${sentence}; allowed with SLIMMER_XDS=true: an IP address and a port from 1 to 65535`,
  );
});

test("a server without a bootstrap is refused, with everything else that is wrong", async () => {
  expect(await refusalOf("localhost:0", {})).toEqual([
    "slimmer: 3 settings are wrong:",
    expect.stringContaining("has a host name"),
    expect.stringContaining("has port 0"),
    '  SLIMMER_XDS="true" needs an xDS bootstrap: set GRPC_XDS_BOOTSTRAP (a file) or GRPC_XDS_BOOTSTRAP_CONFIG (its text)',
  ]);
});

test("a server with a bootstrap that lacks its template is refused, and the file is named", async () => {
  const folder = await mkdtemp(join(tmpdir(), "xds-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  const file = join(folder, "bootstrap.json");
  const { server_listener_resource_name_template: _, ...rest } = JSON.parse(RIGHT);
  await writeFile(file, JSON.stringify(rest));
  expect(await refusalOf("127.0.0.1:50051", { GRPC_XDS_BOOTSTRAP: file })).toEqual([
    "slimmer: One setting is wrong:",
    `  GRPC_XDS_BOOTSTRAP=${JSON.stringify(file)}: server_listener_resource_name_template=(missing); allowed: the name of a server's listener, with %s in the place of its address`,
  ]);
});
