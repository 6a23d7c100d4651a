import pg from "pg";
import {
  credentials,
  ReaderClient,
  type ReaderClientInstance,
  type RunOutput,
  type SensorOutput,
} from "slimmer-grpc";
import type { Bed } from "../bed.ts";
import { fillHistory, type HistorySize } from "../history.ts";
import { type Answer, type Call, loadAsk } from "../screens/load-ask.ts";
import { readerCall, watchRequest } from "../screens/reader-call.ts";
import type { Ask, ListedSensor, Screen } from "../screens/screens.ts";
import { migrateUp, startSlimmer } from "../support/slimmer-process.ts";

/** A system whose pages are opened, with the latest of its runs and the first in its list of sensors. */
export type Place = {
  readonly systemId: string;
  readonly run: RunOutput;
  readonly sensor: SensorOutput;
};

/** What one question of a page has brought; `rpc` and `request` stand for the question. */
export type Brought = { readonly rpc: string; readonly request: object; readonly answer: Answer };

/** A database with a history and a server of its own, in the same PostgreSQL. */
export type PageSide = {
  readonly env: Record<string, string>;
  placeOf(number: number): Promise<Place>;
  /** Everything a page asks for at first: its calls go out together, as a browser's do. */
  open(screen: Screen): Promise<readonly Brought[]>;
  close(): Promise<void>;
};

export async function openSide(
  bed: Bed,
  name: string,
  size: HistorySize,
  say: (line: string) => void,
): Promise<PageSide> {
  await bed.db.query(`create database ${name}`);
  const url = new URL(bed.postgres.url);
  url.pathname = `/${name}`;
  const env = { ...bed.env, SLIMMER_DATABASE_URL: url.href };
  await migrateUp(env);
  const db = new pg.Client(url.href);
  db.on("error", () => {});
  await db.connect();
  await fillHistory(db, size, say);
  await db.end();
  const server = await startSlimmer("serve", env);
  const reader = createReader(server.addresses.grpc);
  const places = new Map<number, Place>();

  async function findPlace(number: number): Promise<Place> {
    const systemId = `site-${String(number + 1).padStart(5, "0")}`;
    const of = { system_id: systemId, page_size: 1 };
    const { runs } = (await reader.ask("list_runs", of)) as { runs: [RunOutput] };
    const { sensors } = (await reader.ask("list_sensors", of)) as { sensors: [SensorOutput] };
    return { systemId, run: runs[0], sensor: sensors[0] };
  }

  return {
    env,
    async placeOf(number) {
      const place = places.get(number) ?? (await findPlace(number));
      places.set(number, place);
      return place;
    },
    async open({ asks, live, heatOf }) {
      const call: Call = (path, body) => {
        const { rpc, request } = readerCall(path, body);
        return reader.ask(rpc, request);
      };
      async function load(ask: Ask): Promise<Brought[]> {
        const answer = await loadAsk(ask, call);
        const brought = [{ ...readerCall(ask.path, ask.body), answer }];
        if (!heatOf || ask.list?.name !== "sensors") return brought;
        return [...brought, ...(await load(heatOf(answer.sensors as ListedSensor[])))];
      }
      async function follow(path: string): Promise<Brought[]> {
        const request = watchRequest(path);
        return [{ rpc: "watch_activations", request, answer: await reader.watchFirst(request) }];
      }
      const loading = asks.map(load);
      return (await Promise.all(live ? [...loading, follow(live)] : loading)).flat();
    },
    async close() {
      reader.close();
      await server.stop();
      await bed.db.query(`drop database ${name} with (force)`);
    },
  };
}

type Reader = {
  ask(rpc: string, request: object): Promise<Answer>;
  /** The first answer of watch_activations. */
  watchFirst(request: object): Promise<Answer>;
  close(): void;
};

function createReader(address: string): Reader {
  const client = new ReaderClient(address, credentials.createInsecure(), {
    "grpc.max_receive_message_length": 64 << 20,
  }) as ReaderClientInstance & Record<string, (...args: never[]) => unknown>;
  return {
    ask: (rpc, request) =>
      new Promise((resolve, reject) => {
        const call = client[rpc] as (
          request: object,
          done: (error: Error | null, answer: Answer) => void,
        ) => void;
        call.call(client, request, (error, answer) => (error ? reject(error) : resolve(answer)));
      }),
    watchFirst: (request) =>
      new Promise((resolve, reject) => {
        const stream = client.watch_activations(request);
        stream.on("error", reject);
        stream.once("data", (answer: Answer) => {
          stream.off("error", reject).on("error", () => {});
          stream.cancel();
          resolve(answer);
        });
      }),
    close: () => client.close(),
  };
}
