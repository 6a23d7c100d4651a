import type { Timestamp } from "slimmer-grpc";
import { BadValue, duration, type Setting } from "../../config/kinds.ts";
import { requireDay } from "../calendar-day.ts";

const AGE = duration("", "1h", { min: "1ms", max: "36500d" }, "");
const DAY = /^(\d{4})-(\d\d)-(\d\d)$/;
const TIME = /^(\d{4})-(\d\d)-(\d\d)[T ]\d\d:\d\d:\d\d(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d)$/i;

type Edge = "since" | "until";

/** What --since and --until take. A day is meant as the machine's, and whole: from its beginning, and to its end. */
export function momentKind(
  edge: Edge,
  nowMs: () => number = Date.now,
): Pick<Setting<Timestamp>, "allowed" | "parse"> {
  return {
    allowed:
      "a time like 2026-03-01T12:30:00Z or 2026-03-01T12:30:00+01:00, a day like 2026-03-01 (of this machine's time zone), or how long ago, like 90s, 2h or 7d",
    parse(text) {
      const day = DAY.exec(text);
      if (day) return ofMs(edgeOfDay(day, edge));
      const time = TIME.exec(text);
      if (time) return ofTime(text, time);
      if (/^\d+(\.\d+)?[a-z]+$/.test(text)) return ofMs(nowMs() - AGE.parse(text));
      throw new BadValue("is no moment");
    },
  };
}

function edgeOfDay(match: RegExpExecArray, edge: Edge): number {
  const [year, month, day] = match.slice(1, 4).map(Number) as [number, number, number];
  requireDay(year, month, day);
  return new Date(year, month - 1, edge === "since" ? day : day + 1).getTime();
}

/** Date keeps milliseconds only; a time that was copied from slimmer has microseconds. */
function ofTime(text: string, match: RegExpExecArray): Timestamp {
  const [year, month, day] = match.slice(1, 4).map(Number) as [number, number, number];
  requireDay(year, month, day);
  const [, , , , fraction = ""] = match;
  const ms = Date.parse(text.replace(" ", "T").replace(/\.\d+/, "").toUpperCase());
  if (Number.isNaN(ms)) throw new BadValue("is no moment");
  return { seconds: ms / 1_000, nanos: Number(fraction.padEnd(9, "0")) };
}

function ofMs(ms: number): Timestamp {
  const seconds = Math.floor(ms / 1_000);
  return { seconds, nanos: Math.round(ms - seconds * 1_000) * 1_000_000 };
}
