import type {
  GetSensorRequestOutput,
  ListActivationsRequestOutput,
  ListActivationsResponse,
  Rhythm,
  TimestampOutput,
} from "slimmer-grpc";
import type { ReaderContext } from "../context.ts";
import { fromTimestamp } from "../wire-time.ts";
import { getSensor } from "./get-sensor.ts";
import { rhythmOf } from "./rhythm.ts";

/** Firings that a rhythm rests on. */
const FIRINGS = 100;
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

/** A name with a * in it means others too to a list of activations: these are left out again. */
async function latestFirings(
  listActivations: ListActivations,
  { system_id, category, name, identity }: GetSensorRequestOutput,
): Promise<number[]> {
  const firedUs: number[] = [];
  let token = "";
  for (let page = 0; page < MAX_PAGES && firedUs.length < FIRINGS; page++) {
    const { activations = [], next_page_token = "" } = await listActivations({
      system_id,
      category,
      name,
      identity,
      page_size: FIRINGS,
      page_token: token,
      run_id: "",
      since: null,
      until: null,
      unregistered: false,
      clock_suspect: false,
      late: false,
    });
    for (const { entity, shown_at: shownAt } of activations) {
      const isIt =
        entity?.category === category && entity.name === name && entity.identity === identity;
      if (isIt && shownAt) firedUs.push(fromTimestamp(shownAt as TimestampOutput));
    }
    token = next_page_token;
    if (token === "") break;
  }
  return firedUs.slice(0, FIRINGS);
}
