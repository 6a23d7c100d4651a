import { setTimeout as pause } from "node:timers/promises";
import { Client, credentials } from "@grpc/grpc-js";
import { expect, test } from "vitest";
import { registerXds } from "../../src/client/sending/xds-target.ts";
import { startControlPlane } from "../support/control-plane.ts";

test("x", async () => {
  const one = await startControlPlane();
  const port = Number(one.address.split(":")[1]);
  process.env.GRPC_XDS_BOOTSTRAP_CONFIG = JSON.stringify(one.bootstrap());
  one.setEndpoints("slimmer", [{ host: "127.0.0.1", port: 1 }]);
  await registerXds(process.env);
  const client = new Client("xds:///slimmer", credentials.createInsecure());
  client.getChannel().getConnectivityState(true);
  await pause(1500);
  console.log("accepted", one.accepted);
  console.log("CLOSING");
  await one.close();
  await pause(500);
  const two = await startControlPlane({ port });
  two.setEndpoints("slimmer", [{ host: "127.0.0.1", port: 2 }]);
  console.log("SECOND");
  await pause(6000);
  console.log("accepted", two.accepted);
  client.close();
  await two.close();
  expect(1).toBe(1);
}, 30000);
