import type { Client, Run, Stats } from "slimmer-client";
import type { Connection } from "../connection/connection-options.ts";
import { openClient } from "../connection/open-client.ts";
import type { DemoSystem } from "./fleet.ts";
import { type Happening, systemLife } from "./system-life.ts";

/** A system that is played over a client of its own. */
export type Played = {
  readonly system: DemoSystem;
  /** Lets everything happen that is due by a moment since the start. */
  advance(ms: number): void;
  readonly isOffline: boolean;
  /** Activations that happened while it was cut off, and that the client does not have yet. */
  readonly held: number;
  stats(): Stats;
  runs(): number;
  /** Ends the run, and delivers what waits within the time. Never rejects. */
  finish(timeoutMs: number): Promise<void>;
};

/** How far ahead the clock of a system runs that has a wrong one. */
const AHEAD_MS = 2 * 3_600_000;

/** Connects a system. Rejects with the client's error. */
export async function playSystem(
  connection: Connection,
  system: DemoSystem,
  { hour, startedAt }: { hour: number; startedAt: number },
): Promise<Played> {
  const client = await openClient(connection, {
    systemId: system.id,
    command: "demo",
    // A system that is cut off gives no signs of life.
    ...(system.fate === "offline" ? { heartbeatMs: 0 } : {}),
  });
  const life = systemLife(system, hour);
  const held: Extract<Happening, { kind: "fire" }>[] = [];
  let run = begin(client, system, "power on");
  let runs = 1;
  let isOffline = false;

  function fire({ sensor, atMs }: Extract<Happening, { kind: "fire" }>): void {
    const atUnixMs = startedAt + atMs + (system.fate === "wrong clock" ? AHEAD_MS : 0);
    const attributes = sensor.habit === "ordinary" ? {} : { habit: sensor.habit };
    run.fire(sensor.sensor, { attributes, occurredAt: new Date(atUnixMs) });
  }

  function happen(happening: Happening): void {
    switch (happening.kind) {
      case "fire":
        if (isOffline) held.push(happening);
        else fire(happening);
        return;
      case "restart":
        if (happening.isPlanned) run.end("maintenance");
        run = begin(client, system, happening.isPlanned ? "maintenance" : "power failure");
        runs += 1;
        return;
      case "offline":
        isOffline = true;
        return;
      case "online":
        isOffline = false;
        for (const late of held.splice(0)) fire(late);
    }
  }

  return {
    system,
    advance(ms) {
      for (const happening of life.until(ms)) happen(happening);
    },
    get isOffline() {
      return isOffline;
    },
    get held() {
      return held.length;
    },
    stats: () => client.stats(),
    runs: () => runs,
    async finish(timeoutMs) {
      for (const late of held.splice(0)) fire(late);
      run.end("the demo is over").catch(() => {});
      await client.close({ timeoutMs });
    },
  };
}

function begin(client: Client, { sensors }: DemoSystem, reason: string): Run {
  return client.run(
    sensors.map(({ sensor }) => sensor),
    { labels: { demo: "true", boot_reason: reason } },
  );
}
