import type { Fleet } from "slimmer-grpc";
import { readFleet } from "../../store/reads/fleet.ts";
import { ALL_SYSTEMS, countBySystem, latestHours } from "../../store/reads/hours.ts";
import type { ReaderContext } from "../context.ts";
import { toTimestamp } from "../wire-time.ts";
import { HOURS } from "./system-message.ts";

export async function getFleet({ read, nowUs, silentAfterMs }: ReaderContext): Promise<Fleet> {
  const now = nowUs();
  return read(async (db) => {
    const { firedCount, ...sums } = await readFleet(db, { nowUs: now, silentAfterMs });
    const [counts = []] = await countBySystem(db, [ALL_SYSTEMS], latestHours(now, HOURS));
    return {
      server_time: toTimestamp(now),
      ...sums,
      fired_count: firedCount,
      hourly_counts: counts,
    };
  });
}
