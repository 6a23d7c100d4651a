import { timestampText } from "slimmer-grpc";
import { durationText } from "../output/units.ts";

/** A Timestamp or a Duration as it is received. */
export type Wire = { readonly seconds: number; readonly nanos: number } | null;

/** RFC 3339, or nothing for what is unset. */
export function momentText(time: Wire): string {
  return time === null ? "" : timestampText(time);
}

/** The same with milliseconds at least, as the times of an export are. */
export function exportedText(time: Wire): string {
  return momentText(time).replace(/(:\d\d)Z$/, "$1.000Z");
}

export function wireMs({ seconds, nanos }: NonNullable<Wire>): number {
  return seconds * 1_000 + nanos / 1_000_000;
}

/** "3h 20m ago"; nothing for what is unset. A clock that goes a little after the server's changes nothing. */
export function agoText(time: Wire, nowMs: number): string {
  if (time === null) return "";
  const ms = nowMs - wireMs(time);
  if (Math.abs(ms) < 1_000) return "now";
  return ms < 0 ? `in ${durationText(-ms)}` : `${durationText(ms)} ago`;
}

/** "10m"; nothing for what is unset. */
export function lengthText(duration: Wire): string {
  return duration === null ? "" : durationText(wireMs(duration));
}

/** "2026-03-01T12:30:00Z (3h ago)"; nothing for what is unset. */
export function bothTexts(time: Wire, nowMs: number): string {
  return time === null ? "" : `${momentText(time)} (${agoText(time, nowMs)})`;
}
