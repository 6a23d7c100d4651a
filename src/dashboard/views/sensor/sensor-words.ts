import type { Sensor, SystemState } from "../../api/types.ts";
import { durationWords, roughly } from "../../ui/duration-words.ts";

export type SensorLook = { shape: string; tone: string; words: string };

/** What else is known that a silence is judged by. */
export type SensorContext = {
  /** Nine of ten of its gaps are at most so long. */
  p90Ms?: number | undefined;
  /** The state of its system. */
  system?: SystemState | undefined;
};

/** How a sensor is, by a shape, a colour and a sentence. `now` is the server's clock. */
export function sensorLook(sensor: Sensor, now: number, context: SensorContext = {}): SensorLook {
  const silent = sensor.last_fired_at && durationWords(now - sensor.last_fired_at.getTime());
  const usual = sensor.usual_gap === undefined ? undefined : roughly(sensor.usual_gap);
  switch (sensor.attention) {
    case "MISSING":
      return {
        shape: "✕",
        tone: "down",
        words: "Missing: the previous run listed it, the current one does not.",
      };
    case "NEVER_FIRED":
      return {
        shape: "○",
        tone: "late",
        words: `Has not fired in this run${silent ? `; the last time was ${silent} ago` : ", nor ever before"}.`,
      };
    case "SILENT":
      return {
        shape: "◐",
        tone: "late",
        words: `Silent for ${silent ?? "long"}${usual ? `, though it fires on average every ${usual}` : ""}.`,
      };
    case "UNREGISTERED":
      return {
        shape: "△",
        tone: "late",
        words: "Fires in the current run, which does not list it.",
      };
    default:
      return calm(sensor, now, context);
  }
}

function calm(sensor: Sensor, now: number, { p90Ms, system }: SensorContext): SensorLook {
  const { last_fired_at: last, usual_gap: mean } = sensor;
  if (!last) {
    return { shape: "◌", tone: "stopped", words: "Has not fired yet." };
  }
  if (!sensor.registered) {
    return { shape: "◌", tone: "stopped", words: "Not in the list of the current run." };
  }
  const rhythm = mean ? `Fires on average every ${roughly(mean)}; the last time was` : "Fired";
  const silentMs = now - last.getTime();
  const words = `${rhythm} ${durationWords(silentMs)} ago.`;
  if (system === "DOWN" || system === "LATE") {
    return { shape: "◔", tone: "stopped", words: `${words} Its system is silent.` };
  }
  // Not yet worth an alarm, but no longer what green stands for.
  return isLong(silentMs, mean, p90Ms)
    ? { shape: "◔", tone: "stopped", words }
    : { shape: "●", tone: "up", words };
}

const OUT_OF_THE_ORDINARY = 1.5;

/** A silence as few before it, as far as its rhythm is known; else one that is long beside the mean. */
function isLong(silentMs: number, meanMs: number | undefined, p90Ms: number | undefined): boolean {
  const limit = p90Ms ?? (meanMs && meanMs * OUT_OF_THE_ORDINARY);
  return limit !== undefined && limit > 0 && silentMs > limit;
}

/** The current gap beside the mean one: "4 times the mean gap", where that says something. */
export function gapRatioWords(currentMs: number, meanMs: number | undefined): string | undefined {
  if (!meanMs || currentMs < meanMs * OUT_OF_THE_ORDINARY) return undefined;
  const times = currentMs / meanMs;
  return `${times < 10 ? Math.round(times * 10) / 10 : Math.round(times).toLocaleString("en-US")} times the mean gap`;
}
