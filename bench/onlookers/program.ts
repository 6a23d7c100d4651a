import { Agent } from "node:http";
import {
  asksPerSecond,
  fleetScreen,
  liveScreen,
  type Screen,
  systemScreen,
} from "../screens/screens.ts";
import { type OpenPage, openPage } from "./open-page.ts";
import type { Given, OnlookerReply, OnlookerRequest, Onlookers } from "./protocol.ts";
import { openWatcher, type Watched } from "./watcher.ts";

const agent = new Agent({ keepAlive: true, maxSockets: 1_000 });
const problems: string[] = [];
const watchers: Watched[] = [];
const pages: { screen: Screen; systemId: string | undefined; page: OpenPage }[] = [];

function onProblem(problem: string): void {
  problems.push(problem);
}

/**
 * Programs that watch a tenth of the sensors of a system each, so that together they are given everything once; and pages
 * in equal shares: one fleet, one live feed, one system. What they are given is counted and hardly decoded: on a machine of
 * its own that would be somebody else's work.
 */
async function open({ grpc, web, systemIds, watchedNames, dashboards }: Onlookers): Promise<void> {
  const watching = systemIds.flatMap((system_id) =>
    watchedNames.map(async (name) => {
      watchers.push(await openWatcher(grpc, { system_id, name }, onProblem));
    }),
  );
  const opening = Array.from({ length: dashboards }, async (_, number) => {
    const systemId = systemIds[number % systemIds.length] as string;
    const screens = [fleetScreen, liveScreen, () => systemScreen(systemId)] as const;
    const screen = (screens[number % screens.length] as () => Screen)();
    const page = await openPage({ web, agent }, screen, onProblem);
    pages.push({ screen, systemId: screen.name === "system" ? systemId : undefined, page });
  });
  await Promise.all([...watching, ...opening]);
}

function given(): Given {
  const sum = (key: keyof Watched) => watchers.reduce((total, watched) => total + watched[key], 0);
  return {
    problems,
    watched: { activations: sum("activations"), bytes: sum("bytes") },
    pages: pages.map(({ screen, systemId, page: { answers, pace, told } }) => ({
      screen: screen.name,
      systemId,
      asksPerSecond: asksPerSecond(screen) / pace,
      answers,
      told,
    })),
  };
}

async function answer(request: OnlookerRequest): Promise<Given> {
  if (request.kind === "open") await open(request.onlookers);
  return given();
}

process.on("message", (request: OnlookerRequest) => {
  const send = (reply: OnlookerReply) => process.send?.(reply);
  answer(request).then(
    (given) => send({ kind: "given", given }),
    ({ message }: Error) => send({ kind: "failed", problem: message }),
  );
});
process.once("disconnect", () => process.exit(0));
