import type { Sensor } from "../../api/types.ts";
import { durationWords, roughly } from "../../ui/duration-words.ts";

export type SensorLook = { shape: string; tone: string; words: string };

/** How a sensor is, by a shape, a colour and a sentence. `now` is the server's clock. */
export function sensorLook(sensor: Sensor, now: number): SensorLook {
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
        words: `Silent for ${silent ?? "long"}${usual ? `, though it usually fires every ${usual}` : ""}.`,
      };
    case "UNREGISTERED":
      return {
        shape: "△",
        tone: "late",
        words: "Fires in the current run, which does not list it.",
      };
    default:
      return calm(sensor, silent, usual);
  }
}

function calm(sensor: Sensor, silent: string | undefined, usual: string | undefined): SensorLook {
  if (!sensor.last_fired_at) {
    return { shape: "◌", tone: "stopped", words: "Has not fired yet." };
  }
  if (!sensor.registered) {
    return { shape: "◌", tone: "stopped", words: "Not in the list of the current run." };
  }
  const rhythm = usual ? `Fires every ${usual}; the last time was` : "Fired";
  return { shape: "●", tone: "up", words: `${rhythm} ${silent} ago.` };
}

/** The current gap beside the usual one: "4 times the usual gap", where that says something. */
export function gapRatioWords(currentMs: number, usualMs: number | undefined): string | undefined {
  if (!usualMs || currentMs < usualMs * 1.5) return undefined;
  const times = currentMs / usualMs;
  return `${times < 10 ? Math.round(times * 10) / 10 : Math.round(times).toLocaleString("en-US")} times the usual gap`;
}
