import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { ClientOptions } from "slimmer-client";
import { type Child, startChild } from "../support/child.ts";
import { deferred } from "../support/deferred.ts";
import { ROOT } from "../support/root.ts";
import { type JournalEntry, readJournal } from "./client-journal.ts";
import type { ClientRequest, ClientSetup, ClientWord } from "./client-protocol.ts";
import type { ClockStep } from "./stepped-clock.ts";

type Finished = Extract<ClientWord, { kind: "finished" }>;

/** A client of slimmer that may be killed: the same system and the same spool, in one process after the other. */
export type ClientChild = {
  readonly systemId: string;
  /** Activations that its processes were told to be stored. */
  readonly delivered: number;
  /** The lives that were ended with -9. */
  readonly killed: ReadonlySet<number>;
  /** What its processes wrote last before they ended although nobody had killed them. */
  readonly crashes: readonly string[];
  start(): void;
  kill(): Promise<void>;
  stepClock(offsetMs: number): void;
  /** Lets it send what waits, and waits for its end. Undefined when it ended without a word. */
  finish(timeoutMs: number): Promise<Finished | undefined>;
  journal(): JournalEntry[];
};

// As compiled: the program is what users run, on a Node that runs no TypeScript.
const PROGRAM = join(ROOT, "bench/dist/torture/client-program.js");
const CLOCK = pathToFileURL(join(ROOT, "bench/dist/torture/stepped-clock.js")).href;
const SENSORS = 20;
/** For all that comes after the flush. */
const GRACE_MS = 20_000;

export function createClientChild({
  options,
  folder,
  seed,
}: {
  options: ClientOptions;
  /** For its journal. */
  folder: string;
  seed: number;
}): ClientChild {
  mkdirSync(folder, { recursive: true });
  const journal = join(folder, `${options.systemId}.jsonl`);
  const killed = new Set<number>();
  const crashes: string[] = [];
  let life = 0;
  let clockMs = 0;
  let delivered = 0;
  let child: Child | undefined;
  let finished = deferred<Finished | undefined>();

  function start(): void {
    life += 1;
    const setup: ClientSetup = {
      client: options,
      journal,
      life,
      sensors: SENSORS,
      seed: seed + life,
    };
    const started = startChild(PROGRAM, [JSON.stringify(setup)], {
      execArgv: ["--import", CLOCK],
      env: { STEPPED_CLOCK_MS: String(clockMs) },
    });
    const said = deferred<Finished | undefined>();
    const thisLife = life;
    let isDone = false;
    started.process.on("message", (word: ClientWord) => {
      if (word.kind === "delivered") delivered += word.count;
      else {
        isDone = true;
        said.resolve(word);
      }
    });
    void started.exited.then(({ code, signal }) => {
      said.resolve(undefined);
      if (isDone || killed.has(thisLife)) return;
      crashes.push(`${options.systemId} ended with ${code ?? signal}:\n${started.output()}`);
    });
    child = started;
    finished = said;
  }

  function send(message: ClientRequest | ClockStep): void {
    // One that has just ended can't be told; that is noted elsewhere.
    if (child?.process.connected) child.process.send(message, () => {});
  }

  return {
    systemId: options.systemId,
    get delivered() {
      return delivered;
    },
    killed,
    crashes,
    start,
    async kill() {
      killed.add(life);
      await child?.kill();
    },
    stepClock(offsetMs) {
      clockMs = offsetMs;
      send({ kind: "clock", offsetMs });
    },
    async finish(timeoutMs) {
      send({ kind: "finish", timeoutMs });
      // One that says nothing is ended, and noted as such.
      const timer = setTimeout(() => child?.kill(), timeoutMs + GRACE_MS);
      const word = await finished.promise;
      await child?.exited;
      clearTimeout(timer);
      return word;
    },
    journal: () => readJournal(journal),
  };
}
