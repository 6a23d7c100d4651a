import { DAYS, FEED_ROWS, type HistorySize, RUNS, silentSystems } from "../history.ts";
import type { Answer } from "../screens/load-ask.ts";
import type { Brought, Place } from "./page-side.ts";

type Asked = { readonly request: Answer; readonly place: Place; readonly size: HistorySize };

/** How much an answer holds, and how much it must hold at least, given what was written. */
type Amounts = readonly [has: number, wants: number];

const STATES = ["up", "late", "down", "stopped", "quiet"];
const LISTED_SYSTEMS = 200;
const LISTED_ACTIVATIONS = 50;
const RHYTHM_FIRINGS = 50;
const HOUR_S = 3_600;
const SENSOR_HOURS = 720;

const AMOUNTS: Readonly<Record<string, (answer: Answer, asked: Asked) => Amounts>> = {
  get_fleet: (answer, { size }) => [
    STATES.reduce((sum, state) => sum + Number(answer[state]), 0),
    size.systems,
  ],
  list_systems: ({ systems }, { request, size }) => {
    const silent = silentSystems(size);
    const isOfSilent = (request.states as string[]).includes("DOWN");
    const matching = isOfSilent ? silent : size.systems - silent;
    return [lengthOf(systems), Math.min(LISTED_SYSTEMS, matching)];
  },
  get_system: ({ system_id }, { place }) => [Number(system_id === place.systemId), 1],
  list_runs: ({ runs }) => [lengthOf(runs), RUNS],
  list_sensors: ({ sensors }, { size }) => [lengthOf(sensors), size.sensors / size.systems],
  count_activations: ({ series }, { request }) => [
    (series as { counts: unknown[] }[]).reduce((sum, { counts }) => sum + counts.length, 0),
    lengthOf(request.entities) * hoursOf(request),
  ],
  get_sensor: ({ fired_count }, { place }) => [Number(fired_count), place.sensor.fired_count],
  get_rhythm: ({ gaps }, { place }) => [
    Number(gaps),
    Math.min(RHYTHM_FIRINGS, place.sensor.fired_count) - 1,
  ],
  list_activations: ({ activations }, { request, place }) => {
    const { fired_count } = request.run_id ? place.run : place.sensor;
    return [lengthOf(activations), Math.min(LISTED_ACTIVATIONS, fired_count)];
  },
  get_run: ({ fired_count }, { place }) => [Number(fired_count), place.run.fired_count],
  get_run_coverage: ({ fired, never_fired }, { size }) => [
    lengthOf(fired) + lengthOf(never_fired),
    size.sensors / size.systems,
  ],
  get_storage: ({ days }) => [lengthOf(days), DAYS],
  watch_activations: ({ activations }, { request, size }) => {
    const fed = Math.min(FEED_ROWS, size.activations);
    const matching = request.system_id ? Math.floor(fed / size.systems) : fed;
    return [lengthOf(activations), Math.min(Number(request.recent), matching)];
  },
};

/** Throws where an answer holds less than the page should have got: a page that shows little is no measure of one that shows much. */
export function requireWhole(
  page: string,
  { rpc, request, answer }: Brought,
  place: Place,
  size: HistorySize,
): void {
  const amounts = AMOUNTS[rpc];
  if (!amounts) throw new Error(`nobody has said what ${rpc} must bring for the page ${page}`);
  const [has, wants] = amounts(answer, { request: request as Answer, place, size });
  if (has >= wants) return;
  throw new Error(
    `the page ${page} of ${place.systemId} got ${has} of ${wants} from ${rpc} ${JSON.stringify(request)}`,
  );
}

function lengthOf(list: unknown): number {
  return (list as readonly unknown[]).length;
}

type Moment = { readonly seconds: number };

function hoursOf({ since, until }: Answer): number {
  if (!until) return SENSOR_HOURS;
  return ((until as Moment).seconds - (since as Moment).seconds) / HOUR_S;
}
