import type {
  GetSensorRequestOutput,
  ListActivationsRequestOutput,
  ListActivationsResponse,
  Rhythm,
  TimestampOutput,
} from "slimmer-grpc";
import type { ReaderContext } from "../context.ts";
import { exactGlob } from "../globs.ts";
import { fromTimestamp } from "../wire-time.ts";
import { getSensor } from "./get-sensor.ts";
import { rhythmOf } from "./rhythm.ts";

/** Firings that a rhythm rests on: as many as a page lists below it. */
const FIRINGS = 50;
/** Pages may be short: so many calls find them, or the rhythm rests on fewer. */
const MAX_PAGES = 10;

export type ListActivations = (
  request: ListActivationsRequestOutput,
) => Promise<ListActivationsResponse>;

export async function getRhythm(
  context: ReaderContext,
  listActivations: ListActivations,
  request: GetSensorRequestOutput,
): Promise<Rhythm> {
  // Refuses what is not there.
  await getSensor(context, request);
  const firedUs = await latestFirings(listActivations, request);
  return rhythmOf(firedUs, context.nowUs());
}

async function latestFirings(
  listActivations: ListActivations,
  { system_id, category, name, identity }: GetSensorRequestOutput,
): Promise<number[]> {
  const firedUs: number[] = [];
  let token = "";
  for (let page = 0; page < MAX_PAGES && firedUs.length < FIRINGS; page++) {
    const { activations = [], next_page_token = "" } = await listActivations({
      system_id,
      category: exactGlob(category),
      name: exactGlob(name),
      identity: exactGlob(identity),
      page_size: FIRINGS,
      page_token: token,
      run_id: "",
      since: null,
      until: null,
      unregistered: false,
      clock_suspect: false,
      late: false,
    });
    for (const { shown_at: shownAt } of activations) {
      if (shownAt) firedUs.push(fromTimestamp(shownAt as TimestampOutput));
    }
    token = next_page_token;
    if (token === "") break;
  }
  return firedUs.slice(0, FIRINGS);
}
