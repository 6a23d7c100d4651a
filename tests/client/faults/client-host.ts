import { fork } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { type Client, type ClientOptions, getClient, type Run } from "../../../src/client/index.ts";

/** What `fire` said of one activation. */
export type Accepted = {
  readonly id: string;
  readonly runId: string;
  readonly seq: number;
  readonly sensor: string;
  readonly firedAtMs: number;
  readonly savedTo: "disk" | "memory" | "nowhere";
};

/** A program with a client in it. */
export type ClientHost = {
  /** Fires, and waits only for `fire` itself. */
  fire(count: number): Promise<void>;
  /** Whether everything got there in that time. */
  flush(timeoutMs: number): Promise<boolean>;
  /** Ends its run, and returns the id of it once the server knows. */
  end(): Promise<string>;
  close(): Promise<void>;
  /** As kill -9 does, maybe in the middle of what it does. */
  kill(): Promise<void>;
  /** What `fire` has said in this program, call by call. */
  accepted(): readonly Accepted[];
  /** Activations that the client said it had dropped. */
  dropped(): number;
};

export const SENSORS = ["door", "boiler", "window"].map((identity) => ({
  category: "motion",
  name: `the ${identity}`,
  identity,
}));

/** The client in this very process, which therefore can't be killed. */
export async function openHere(options: ClientOptions): Promise<ClientHost> {
  const client: Client = await getClient(options);
  const run: Run = client.run(SENSORS);
  const accepted: Accepted[] = [];
  let dropped = 0;
  client.on("dropped", ({ count }) => {
    dropped += count;
  });
  return {
    async fire(count) {
      for (let number = 0; number < count; number++) {
        const sensor = SENSORS[number % SENSORS.length] as (typeof SENSORS)[number];
        const { activationId: id, seq, firedAt, savedTo } = run.fire(sensor);
        const firedAtMs = firedAt.getTime();
        accepted.push({ id, runId: run.id, seq, sensor: sensor.identity, firedAtMs, savedTo });
      }
    },
    flush: (timeoutMs) =>
      client.flush({ timeoutMs }).then(
        () => true,
        () => false,
      ),
    end: () => run.end("the test is over").then(() => run.id),
    close: () => client.close({ timeoutMs: 50 }),
    kill: () => Promise.reject(new Error("this client can't be killed")),
    accepted: () => accepted,
    dropped: () => dropped,
  };
}

const PROGRAM = fileURLToPath(new URL("./killable-client.mjs", import.meta.url));

/** The built client in a process of its own, which writes down what `fire` returned before it does anything else. */
export async function openElsewhere(options: ClientOptions, journal: string): Promise<ClientHost> {
  const child = fork(PROGRAM, [JSON.stringify({ options, journal, sensors: SENSORS })], {
    stdio: ["ignore", "pipe", "pipe", "ipc"],
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on("data", (bytes) => {
      output += bytes;
    });
  }
  const exited = once(child, "exit");
  let isGone = false;
  void exited.then(() => {
    isGone = true;
  });

  function ask<Answer>(request: object): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const end = () => reject(new Error(`the client ended:\n${output}`));
      if (isGone) return end();
      child.once("exit", end);
      child.once("message", ({ answer }: { answer: Answer }) => {
        child.off("exit", end);
        resolve(answer);
      });
      child.send(request);
    });
  }

  await ask({ does: "open" });
  return {
    async fire(count) {
      await ask({ does: "fire", count });
    },
    flush: (timeoutMs) => ask({ does: "flush", timeoutMs }),
    end: () => ask({ does: "end" }),
    async close() {
      await ask({ does: "close" });
      child.disconnect();
      await exited;
    },
    async kill() {
      // Not waited for: it may be struck anywhere in it.
      if (!isGone) child.send({ does: "fire", count: 40 }, () => {});
      child.kill("SIGKILL");
      await exited;
    },
    accepted: () =>
      (existsSync(journal) ? readFileSync(journal, "utf8") : "")
        .split("\n")
        .filter(Boolean)
        .map((line) => JSON.parse(line)),
    // Nothing is, where there is room for all of it.
    dropped: () => 0,
  };
}
