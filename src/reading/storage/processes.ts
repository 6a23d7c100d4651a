import type { Process } from "slimmer-grpc";
import type { ConnectionFacts } from "../../store/reads/storage.ts";
import { toTimestamp } from "../wire-time.ts";

/** "slimmer serve 0.1.0 writer 1": the program, its version where it says one, and what the connection is for. */
const NAME = /^slimmer (\S+)(?: (\d+\.\d+\.\d\S*))?/;

type Program = {
  name: string;
  version: string;
  address: string;
  connectedUs: number;
  connections: number;
  leader: boolean;
};

/** Connections by program, version and address. Two of one program on one machine are one row. */
export function processesOf(connections: readonly ConnectionFacts[]): Process[] {
  const programs = new Map<string, Program>();
  for (const { name: text, address, connectedUs, leads } of connections) {
    const [, name = "", version = ""] = NAME.exec(text) ?? [];
    const key = JSON.stringify([name, version, address]);
    const known = programs.get(key);
    programs.set(key, {
      name,
      version,
      address,
      connectedUs: Math.min(known?.connectedUs ?? connectedUs, connectedUs),
      connections: (known?.connections ?? 0) + 1,
      leader: (known?.leader ?? false) || leads,
    });
  }
  return [...programs.entries()]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, { connectedUs, ...program }]) => ({
      ...program,
      connected_at: toTimestamp(connectedUs),
    }));
}
