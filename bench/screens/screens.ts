import type { SystemEntity } from "slimmer-grpc";

/**
 * One question of a page to the JSON API. Lists have a path without page_size: the page takes them in steps, see
 * load-ask.ts.
 */
export type Ask = {
  readonly path: string;
  /** Makes it a POST. */
  readonly body?: object;
  /** The name of the list in the answer, and how many rows the page wants of it at first. */
  readonly list?: { readonly name: string; readonly rows: number };
  /** How long after an answer it is asked again; not at all where there is nothing here. */
  readonly everyMs?: number;
};

/** What a page of the dashboard asks for by itself, before anybody clicks. */
export type Screen = {
  readonly name: "fleet" | "system" | "sensor" | "run" | "live" | "storage";
  readonly asks: readonly Ask[];
  /** The live feed that it follows. */
  readonly live?: string;
  /** What it asks for once it has its list of sensors, and again when that list has changed. */
  readonly heatOf?: (sensors: readonly ListedSensor[]) => Ask;
};

export type ListedSensor = { readonly entity: SystemEntity };

// The questions and the times are those of src/dashboard: shell/app.tsx, and the views. tests/browser/asks.test.ts holds the
// questions to them.

const REFRESH_MS = 5_000;
const HOUR_MS = 3_600_000;

/** The figures in the header, on every page. */
const HEADER: Ask = { path: "/v1/fleet", everyMs: REFRESH_MS };

export function fleetScreen(): Screen {
  const list = { name: "systems", rows: 200 };
  return {
    name: "fleet",
    asks: [
      HEADER,
      { path: "/v1/systems?states=DOWN&states=LATE", list, everyMs: REFRESH_MS },
      {
        path: "/v1/systems?states=UP&states=QUIET&states=STOPPED&order=NAME",
        list,
        everyMs: REFRESH_MS,
      },
    ],
  };
}

export function systemScreen(systemId: string): Screen {
  const system = pathOf(systemId);
  return {
    name: "system",
    asks: [
      HEADER,
      { path: system, everyMs: REFRESH_MS },
      { path: `${system}/runs?page_size=24`, everyMs: 15_000 },
      {
        path: `${system}/sensors`,
        list: { name: "sensors", rows: 200 },
        everyMs: 2 * REFRESH_MS,
      },
    ],
    live: `/v1/live?${new URLSearchParams({ system_id: systemId, recent: "50" })}`,
    heatOf: (sensors) => heat(systemId, sensors),
  };
}

/** Rows of the heat map that are in sight. */
const HEAT_ROWS = 26;
const HEAT_HOURS = 7 * 24;

function heat(systemId: string, sensors: readonly ListedSensor[]): Ask {
  const start = hourOf(Date.now()) - (HEAT_HOURS - 1) * HOUR_MS;
  return {
    path: "/v1/counts",
    body: {
      system_id: systemId,
      entities: sensors.slice(0, HEAT_ROWS).map(({ entity }) => entity),
      since: new Date(start).toISOString(),
      until: new Date(start + HEAT_HOURS * HOUR_MS).toISOString(),
      step: "HOUR",
    },
    everyMs: 60_000,
  };
}

const SENSOR_HOURS = 720;

/** Its names must have no *, no ? and no backslash. */
export function sensorScreen(systemId: string, entity: SystemEntity): Screen {
  const system = pathOf(systemId);
  const { category = "", name = "", identity = "" } = entity;
  const sensor = new URLSearchParams({ category, name, identity });
  const since = new Date(hourOf(Date.now()) - (SENSOR_HOURS - 1) * HOUR_MS).toISOString();
  const body = {
    system_id: systemId,
    entities: [{ category, name, identity }],
    since,
    step: "HOUR",
  };
  return {
    name: "sensor",
    asks: [
      HEADER,
      { path: system, everyMs: REFRESH_MS },
      { path: `${system}/sensor?${sensor}`, everyMs: REFRESH_MS },
      { path: "/v1/counts", body, everyMs: 15_000 },
      { path: `${system}/sensor/rhythm?${sensor}`, everyMs: 15_000 },
      {
        path: `${system}/activations?${sensor}`,
        list: { name: "activations", rows: 50 },
        everyMs: 10_000,
      },
      { path: `${system}/runs?${sensor}`, list: { name: "runs", rows: 50 }, everyMs: 30_000 },
    ],
  };
}

export function runScreen(systemId: string, runId: string): Screen {
  const system = pathOf(systemId);
  const run = `${system}/runs/${encodeURIComponent(runId)}`;
  const ofRun = new URLSearchParams({ run_id: runId });
  return {
    name: "run",
    asks: [
      HEADER,
      { path: system, everyMs: REFRESH_MS },
      { path: run, everyMs: REFRESH_MS },
      { path: `${run}/coverage`, everyMs: 2 * REFRESH_MS },
      {
        path: `${system}/activations?${ofRun}`,
        list: { name: "activations", rows: 50 },
        everyMs: 10_000,
      },
    ],
  };
}

export function liveScreen(): Screen {
  return { name: "live", asks: [HEADER], live: "/v1/live?recent=200" };
}

export function storageScreen(): Screen {
  return { name: "storage", asks: [HEADER, { path: "/v1/storage", everyMs: 2 * REFRESH_MS }] };
}

/** How many questions a page that is open asks each second, at least. */
export function asksPerSecond({ asks, heatOf }: Screen): number {
  const all = heatOf ? [...asks, heatOf([])] : asks;
  return all.reduce((sum, { everyMs }) => sum + (everyMs ? 1_000 / everyMs : 0), 0);
}

function pathOf(systemId: string): string {
  return `/v1/systems/${encodeURIComponent(systemId)}`;
}

function hourOf(ms: number): number {
  return Math.floor(ms / HOUR_MS) * HOUR_MS;
}
