import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, onTestFinished } from "vitest";
import type { ClientEventName, ClientEvents } from "../../src/client/events.ts";
import { type Client, type ClientOptions, getClient } from "../../src/client/index.ts";
import type { Sensor } from "../../src/client/sensor.ts";

export const SYSTEM = "greenhouse";
export const DOOR: Sensor = { category: "door", name: "front door", identity: "door-1" };

const NAMES: readonly ClientEventName[] = [
  ...(["delivered", "retried", "dropped", "refused"] as const),
  ...(["connected", "disconnected", "problem"] as const),
];

/** What a client has told, by the names of its events. */
export type Told = { readonly [Name in ClientEventName]: ClientEvents[Name][] };

/** A client of the running test, that has no heartbeat unless it is asked for. */
export async function openTestClient(
  options: Partial<ClientOptions> & Pick<ClientOptions, "address">,
): Promise<{ client: Client; told: Told }> {
  const client = await getClient({
    systemId: SYSTEM,
    heartbeatMs: 0,
    callTimeoutMs: 2_000,
    ...options,
  });
  onTestFinished(() => client.close({ timeoutMs: 1 }));
  return { client, told: listen(client) };
}

export function listen(client: Client): Told {
  const told = Object.fromEntries(NAMES.map((name) => [name, []])) as unknown as Told;
  for (const name of NAMES) client.on(name, (event) => (told[name] as object[]).push(event));
  return told;
}

/** A folder that is gone after the running test. */
export function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "sending-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A folder for all tests of a file. */
export function folderForAll(): { dir: string } {
  const dir = mkdtempSync(join(tmpdir(), "sending-"));
  afterAll(() => rmSync(dir, { recursive: true, force: true }));
  return { dir };
}
