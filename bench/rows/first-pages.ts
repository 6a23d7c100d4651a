import pg from "pg";
import type { Browser, Page as BrowserPage } from "playwright-core";
import {
  credentials,
  ReaderClient,
  type ReaderClientInstance,
  type RunOutput,
  type SensorOutput,
} from "slimmer-grpc";
import type { Bed } from "../bed.ts";
import { fillHistory } from "../history.ts";
import type { BenchOptions } from "../options.ts";
import type { PageRow, PaintRow } from "../results.ts";
import { median } from "../rounds.ts";
import { migrateUp, type SlimmerProcess, startSlimmer } from "../support/slimmer-process.ts";

const SYSTEMS = 1_000;
const SENSORS = 10_000;
const SMALL = 100_000;
/** How much longer a page may take with the large history. */
const GOAL = 1.3;
const PER_SECOND = 8;
const DAY_S = 86_400;

type Place = { systemId: string; run: RunOutput; sensor: SensorOutput };
type Page = (reader: Asker, place: Place) => Promise<unknown>;

/** What each screen asks for before it has shown everything: its calls go out together, as a browser's do. */
const PAGES: Record<PageRow["page"], Page> = {
  fleet: (reader) =>
    Promise.all([
      reader.ask("get_fleet", {}),
      reader.ask("list_systems", { states: ["DOWN", "LATE"], page_size: 100 }),
      reader.ask("list_systems", { page_size: 100 }),
    ]),
  system: async (reader, { systemId: system_id }) => {
    const [, , sensors] = await Promise.all([
      reader.ask("get_system", { system_id }),
      reader.ask("list_runs", { system_id, page_size: 50 }),
      reader.ask("list_sensors", { system_id, page_size: 100 }),
      reader.ask("list_activations", { system_id, page_size: 50 }),
    ]);
    const entities = (sensors as { sensors: SensorOutput[] }).sensors.map(({ entity }) => entity);
    await reader.ask("count_activations", { system_id, entities, since: secondsAgo(7 * DAY_S) });
  },
  sensor: (reader, { systemId: system_id, sensor }) => {
    const { category = "", name = "", identity = "" } = sensor.entity ?? {};
    const one = { system_id, category, name, identity };
    return Promise.all([
      reader.ask("get_sensor", one),
      reader.ask("get_rhythm", one),
      reader.ask("count_activations", {
        system_id,
        entities: [{ category, name, identity }],
        since: secondsAgo(30 * DAY_S),
      }),
      reader.ask("list_activations", { ...one, page_size: 50 }),
      reader.ask("list_runs", { ...one, page_size: 50 }),
    ]);
  },
  run: (reader, { systemId: system_id, run: { run_id } }) =>
    Promise.all([
      reader.ask("get_run", { system_id, run_id }),
      reader.ask("get_run_coverage", { system_id, run_id }),
      reader.ask("list_activations", { system_id, run_id, page_size: 50 }),
    ]),
  live: (reader) => reader.watchFirst({ recent: 200 }),
  storage: (reader) => reader.ask("get_storage", {}),
};

/** Row 9: the first page of each screen with a large history, against the same with a small one. */
export async function firstPages(
  bed: Bed,
  browser: Browser | undefined,
  options: BenchOptions,
): Promise<{ pages: PageRow[]; paints: PaintRow[] }> {
  const { history, seconds, rounds, say } = options;
  const sides: Side[] = [];
  try {
    for (const [name, activations] of [
      ["small", SMALL],
      ["large", history],
    ] as const) {
      sides.push(await openSide(bed, `pages_${name}`, activations, say));
    }
    const [small, large] = sides as [Side, Side];
    const rows: PageRow[] = [];
    for (const page of Object.keys(PAGES) as PageRow["page"][]) {
      const times: Record<"small" | "large", number[]> = { small: [], large: [] };
      const repetitions = Math.max(5, Math.round(PER_SECOND * seconds * rounds));
      for (let repetition = -3; repetition < repetitions; repetition++) {
        for (const [name, side] of [
          ["small", small],
          ["large", large],
        ] as const) {
          const ms = await time(page, side, Math.abs(repetition * 37) % SYSTEMS);
          if (repetition >= 0) times[name].push(ms);
        }
      }
      const row = pageRow(page, times, history);
      say(`first page  ${page}  ${row.large.p50Ms.toFixed(1)} ms`);
      rows.push(row);
    }
    const paints = browser ? await firstPaints(browser, large) : [];
    return { pages: rows, paints };
  } finally {
    for (const side of sides) await side.close();
  }
}

const PAINT_GOAL_MS = 1_000;
const PAINTS = 7;
const PAINT = "performance.getEntriesByName('first-contentful-paint')[0]?.startTime";
const LOOK_MS = 20;

/** The page tells it afterwards, so looking for it does not delay it. */
async function firstPaint(page: BrowserPage): Promise<number> {
  for (;;) {
    const ms = (await page.evaluate(PAINT)) as number | undefined;
    if (ms !== undefined) return ms;
    await page.waitForTimeout(LOOK_MS);
  }
}

/** How soon the pages show something in a browser that has never seen them, with the large history behind them. */
async function firstPaints(browser: Browser, { env, placeOf }: Side): Promise<PaintRow[]> {
  const web = await startSlimmer("web", { ...env, SLIMMER_WEB_LISTEN: "127.0.0.1:0" });
  const { systemId } = await placeOf(0);
  const rows: PaintRow[] = [];
  try {
    for (const [name, path] of [
      ["fleet", "/"],
      ["system", `/systems/${systemId}`],
    ] as const) {
      const times: number[] = [];
      for (let paint = 0; paint < PAINTS; paint++) {
        const context = await browser.newContext();
        const page = await context.newPage();
        await page.goto(`http://${web.addresses.http}${path}`);
        times.push(await firstPaint(page));
        await context.close();
      }
      rows.push({
        row: 9,
        what: `first contentful paint, ${name}`,
        medianMs: median(times),
        slowestMs: Math.max(...times),
        goalMs: PAINT_GOAL_MS,
      });
    }
  } finally {
    await web.stop();
  }
  return rows;
}

async function time(page: PageRow["page"], { reader, placeOf }: Side, number: number) {
  const place = await placeOf(number);
  const startedAt = performance.now();
  await PAGES[page](reader, place);
  return performance.now() - startedAt;
}

function pageRow(
  page: PageRow["page"],
  { small, large }: Record<"small" | "large", number[]>,
  history: number,
): PageRow {
  const of = (times: readonly number[]) => {
    const sorted = times.toSorted((a, b) => a - b);
    return {
      p50Ms: median(sorted),
      p99Ms: sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * 0.99))] ?? 0,
    };
  };
  const sides = { small: of(small), large: of(large) };
  return {
    row: 9,
    what: `first page, ${page}`,
    page,
    smallActivations: SMALL,
    largeActivations: history,
    ...sides,
    ratio: sides.large.p50Ms / sides.small.p50Ms,
    goal: GOAL,
  };
}

type Side = {
  readonly env: Record<string, string>;
  readonly reader: Asker;
  placeOf(number: number): Promise<Place>;
  close(): Promise<void>;
};

/** A database of its own with a server of its own, in the same PostgreSQL. */
async function openSide(
  bed: Bed,
  name: string,
  activations: number,
  say: (line: string) => void,
): Promise<Side> {
  await bed.db.query(`create database ${name}`);
  const url = new URL(bed.postgres.url);
  url.pathname = `/${name}`;
  const env = { ...bed.env, SLIMMER_DATABASE_URL: url.href };
  await migrateUp(env);
  const db = new pg.Client(url.href);
  db.on("error", () => {});
  await db.connect();
  await fillHistory(db, { systems: SYSTEMS, sensors: SENSORS, activations }, say);
  await db.end();
  const server: SlimmerProcess = await startSlimmer("serve", env);
  const reader = createAsker(server.addresses.grpc);
  const places = new Map<number, Place>();
  return {
    env,
    reader,
    async placeOf(number) {
      const known = places.get(number);
      if (known) return known;
      const systemId = `site-${String(number + 1).padStart(5, "0")}`;
      const { runs } = (await reader.ask("list_runs", { system_id: systemId, page_size: 1 })) as {
        runs: [RunOutput];
      };
      const { sensors } = (await reader.ask("list_sensors", {
        system_id: systemId,
        page_size: 1,
      })) as { sensors: [SensorOutput] };
      const place = { systemId, run: runs[0], sensor: sensors[0] };
      places.set(number, place);
      return place;
    },
    async close() {
      reader.close();
      await server.stop();
      await bed.db.query(`drop database ${name} with (force)`);
    },
  };
}

type Asker = {
  ask(method: string, request: object): Promise<unknown>;
  /** The first answer of watch_activations. */
  watchFirst(request: object): Promise<unknown>;
  close(): void;
};

function createAsker(address: string): Asker {
  const client = new ReaderClient(address, credentials.createInsecure(), {
    "grpc.max_receive_message_length": 64 << 20,
  }) as ReaderClientInstance & Record<string, (...args: never[]) => unknown>;
  return {
    ask: (method, request) =>
      new Promise((resolve, reject) => {
        const call = client[method] as (
          request: object,
          done: (error: Error | null, answer: unknown) => void,
        ) => void;
        call.call(client, request, (error, answer) => (error ? reject(error) : resolve(answer)));
      }),
    watchFirst: (request) =>
      new Promise((resolve, reject) => {
        const stream = client.watch_activations(request);
        stream.on("error", reject);
        stream.once("data", (answer: unknown) => {
          stream.off("error", reject).on("error", () => {});
          stream.cancel();
          resolve(answer);
        });
      }),
    close: () => client.close(),
  };
}

function secondsAgo(seconds: number): { seconds: number; nanos: number } {
  return { seconds: Math.floor(Date.now() / 1_000) - seconds, nanos: 0 };
}
