import type { Agent } from "node:http";
import { type Answer, loadAsk } from "../screens/load-ask.ts";
import type { Ask, ListedSensor, Screen } from "../screens/screens.ts";
import { followLive } from "./follow-live.ts";
import { createJsonApi } from "./json-api.ts";
import type { Told } from "./live-events.ts";

/** Where pages are opened. */
export type Site = { readonly web: string; readonly agent: Agent };

/** A page that is open. */
export type OpenPage = {
  /** Questions that were answered so far; a list is one, however many steps it took. */
  readonly answers: number;
  /** By what the server has it multiply the times after which it asks again. */
  readonly pace: number;
  /** What its live feed has said; undefined where it follows none. */
  readonly told: Told | undefined;
};

type Kept = { readonly first: Promise<void>; stop(): void };

/**
 * Opens a page and keeps it fresh as the dashboard does: each question is asked again a while after its answer. Resolves
 * when the page has everything. It is then like one that has been open for long: each question is at a random place in the
 * time until it is asked again, and is once more when the server has the page come back more or less often.
 */
export async function openPage(
  { web, agent }: Site,
  { asks, live, heatOf }: Screen,
  onProblem: (problem: string) => void,
): Promise<OpenPage> {
  const api = createJsonApi(web, agent);
  let answers = 0;
  let isOpen = false;
  let heat: (Kept & { readonly keys: string }) | undefined;

  function keepFresh(ask: Ask): Kept {
    const { everyMs } = ask;
    let isStopped = false;
    let timer: NodeJS.Timeout | undefined;
    let pace = 1;
    async function load(): Promise<void> {
      const answer = await answerTo(ask);
      if (ask.list?.name === "sensors") await drawHeat(answer.sensors as ListedSensor[]);
      if (everyMs === undefined || isStopped) return;
      const isSettled = isOpen && api.pace === pace;
      pace = api.pace;
      timer = setTimeout(loadAgain, pace * everyMs * (isSettled ? 1 : Math.random()));
    }
    const loadAgain = () => load().catch(({ message }) => onProblem(message));
    return {
      first: load(),
      stop() {
        isStopped = true;
        clearTimeout(timer);
      },
    };
  }

  async function answerTo(ask: Ask): Promise<Answer> {
    try {
      const answer = await loadAsk(ask, ask.list ? api.read : api.take);
      answers += 1;
      return answer;
    } catch (error) {
      throw new Error(`${ask.path} ${(error as Error).message}`, { cause: error });
    }
  }

  /** The map is asked for anew at once when the list of sensors has changed, be it only in its order. */
  async function drawHeat(sensors: readonly ListedSensor[]): Promise<void> {
    const keys = JSON.stringify(sensors.map(({ entity }) => entity));
    if (!heatOf || sensors.length === 0 || heat?.keys === keys) return;
    heat?.stop();
    heat = { keys, ...keepFresh(heatOf(sensors)) };
    await heat.first;
  }

  const [told] = await Promise.all([
    live === undefined ? undefined : followLive(web, live, onProblem),
    ...asks.map((ask) => keepFresh(ask).first),
  ]);
  isOpen = true;
  return {
    get answers() {
      return answers;
    },
    get pace() {
      return api.pace;
    },
    told,
  };
}
