import type { Storage } from "../../api/types.ts";
import { bytesWords, countWords, shortCount } from "../../ui/number-words.ts";

const DAY_MS = 86_400_000;

type Facts = Pick<
  Storage,
  | "server_time"
  | "retention_edge"
  | "activation_bytes"
  | "database_bytes"
  | "rows_per_day"
  | "bytes_per_day"
  | "bytes_at_retention"
  | "days"
>;

/** How many days are kept; undefined where no day is there yet. */
export function keptDays({
  server_time,
  retention_edge,
}: Pick<Facts, "server_time" | "retention_edge">) {
  if (!retention_edge) return undefined;
  return Math.max(1, Math.round((server_time.getTime() - retention_edge.getTime()) / DAY_MS));
}

/** How much there will be, in a sentence or two. */
export function growthWords(facts: Facts): string {
  const { rows_per_day, bytes_per_day, bytes_at_retention } = facts;
  if (rows_per_day === 0) {
    return hasWholeDay(facts)
      ? "Nothing came in the last 7 days: it does not grow."
      : "No whole day has been counted yet: how fast it grows shows tomorrow.";
  }
  const pace = `Grows by about ${shortCount(rows_per_day)} activations a day`;
  const days = keptDays(facts);
  const level =
    days === undefined
      ? `about ${bytesWords(bytes_at_retention)} in the end`
      : `about ${bytesWords(bytes_at_retention)} at ${countWords(days)} days of retention`;
  return `${pace}, ${bytesWords(bytes_per_day)}; ${level}, at this rate.`;
}

/** Whether a day before today had any activation. */
function hasWholeDay({ days, server_time }: Facts): boolean {
  const today = Math.floor(server_time.getTime() / DAY_MS) * DAY_MS;
  return days.some(({ day, rows }) => rows > 0 && day.getTime() < today);
}

/** When a disk of this size is full; undefined without a size. */
export function diskWords(facts: Facts, diskBytes: number | undefined): string | undefined {
  if (!diskBytes) return undefined;
  const { database_bytes, activation_bytes, bytes_per_day, bytes_at_retention } = facts;
  if (database_bytes >= diskBytes)
    return `The database is larger than ${bytesWords(diskBytes)} already.`;
  if (bytes_per_day === 0) {
    return hasWholeDay(facts)
      ? `${bytesWords(diskBytes)} will do: it does not grow.`
      : "How fast it grows is not known yet.";
  }
  // What is not activations stays as it is.
  const atRetention = database_bytes - activation_bytes + bytes_at_retention;
  if (atRetention < diskBytes) {
    const part = Math.round((atRetention / diskBytes) * 100);
    return `${bytesWords(diskBytes)} will do: retention stops the growth at ${part} % of it.`;
  }
  const days = Math.floor((diskBytes - database_bytes) / bytes_per_day);
  return `${bytesWords(diskBytes)} are full in about ${countWords(days)} ${days === 1 ? "day" : "days"} at this rate, before retention stops the growth.`;
}

/** Whether enough days are prepared, in words. */
export function aheadWords(
  now: Date,
  until: Date | undefined,
): { days: number; words: string; isShort: boolean } {
  if (!until) return { days: 0, words: "none", isShort: true };
  const days = Math.floor((until.getTime() - now.getTime()) / DAY_MS);
  if (days < 0) return { days: 0, words: "none: the keeper is needed", isShort: true };
  return { days, words: `${countWords(days)} ${days === 1 ? "day" : "days"}`, isShort: days < 2 };
}

/** A size as a person types it: "100 GB", "2TB", "500". A number alone is gigabytes. */
export function parseDisk(text: string): number | undefined {
  const [, digits, unit = "g"] = /^\s*([\d.,]+)\s*([kmgtp]?)i?b?\s*$/i.exec(text) ?? [];
  if (digits === undefined) return undefined;
  const power = { k: 3, m: 6, g: 9, t: 12, p: 15 }[unit.toLowerCase() || "g"] ?? 9;
  const bytes = Number(digits.replaceAll(",", "")) * 10 ** power;
  return Number.isFinite(bytes) && bytes > 0 ? bytes : undefined;
}
