import type { Sensor } from "../../api/types.ts";
import { durationWords } from "../../ui/duration-words.ts";

/** Why a sensor needs a look, in words; empty where there is nothing to say. */
export function flagWords(sensor: Sensor, now: number): string {
  switch (sensor.attention) {
    case "MISSING":
      return "missing since this run started";
    case "NEVER_FIRED":
      return "never fired this run";
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
