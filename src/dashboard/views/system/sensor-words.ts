import type { Entity, Sensor } from "../../api/types.ts";
import { durationWords, roughly } from "../../ui/duration-words.ts";

/** How often the sensors of a category fire, the middle one of their gaps. */
export type PeerGaps = ReadonlyMap<Entity["category"], number>;

/** Of those that fired in this run; one of a kind has no peers. */
export function peerGaps(sensors: readonly Sensor[]): PeerGaps {
  const gaps = new Map<string, number[]>();
  for (const { entity, usual_gap, run_fired_count } of sensors) {
    if (usual_gap === undefined || run_fired_count === 0) continue;
    gaps.set(entity.category, [...(gaps.get(entity.category) ?? []), usual_gap]);
  }
  return new Map(
    [...gaps].map(([category, some]) => {
      const sorted = some.toSorted((a, b) => a - b);
      return [category, sorted[Math.floor(sorted.length / 2)] as number];
    }),
  );
}

const NO_PEERS: PeerGaps = new Map();

/** Why a sensor needs a look, in words; empty where there is nothing to say. */
export function flagWords(sensor: Sensor, now: number, peers: PeerGaps = NO_PEERS): string {
  switch (sensor.attention) {
    case "MISSING":
      return "missing since this run started";
    case "NEVER_FIRED": {
      const gap = peers.get(sensor.entity.category);
      return `never fired this run${gap ? `; others of its category fire every ${roughly(gap)}` : ""}`;
    }
    case "UNREGISTERED":
      return "not registered";
    case "SILENT": {
      const { last_fired_at: last, usual_gap: gap } = sensor;
      if (!last || !gap) return "silent";
      return `silent ${durationWords(now - last.getTime())}, fires on average every ${durationWords(gap)}`;
    }
    default:
      return "";
  }
}

/** The tone of the flag: what is gone is worse than what is odd. */
export function flagTone({ attention }: Sensor): string {
  if (attention === "MISSING") return "down";
  return attention === "NONE" ? "" : "late";
}

/** Names a sensor within its system. */
export function sensorKey({ entity }: Pick<Sensor, "entity">): string {
  return JSON.stringify([entity.category, entity.name, entity.identity]);
}
