import { setTimeout as pause } from "node:timers/promises";
import { type Client, getClient, type Stats } from "../../src/client/index.ts";
import { door } from "../support/cast.ts";

export type LoadReport = {
  /** The ids of all that `fire` accepted. */
  fired: string[];
  /** What became of each: undefined where it was delivered, else why not. */
  failures: string[];
  stats: Stats[];
};

export type ClientLoad = {
  /** How many activations have been delivered so far. */
  readonly delivered: number;
  /** Stops firing, waits until all is delivered, and lets go of the servers. */
  stop(): Promise<LoadReport>;
};

/** Several clients of one target, each of a system and with connections of its own, that fire one by one. */
export async function startClientLoad({
  address,
  clients: count = 5,
  pauseMs = 10,
}: {
  address: string;
  clients?: number;
  pauseMs?: number;
}): Promise<ClientLoad> {
  const fired: string[] = [];
  const failures: string[] = [];
  let delivered = 0;
  let isStopped = false;
  const clients = await Promise.all(
    Array.from({ length: count }, (_, index) =>
      getClient({ address, systemId: `greenhouse-${index + 1}` }),
    ),
  );

  async function fireOneByOne(client: Client): Promise<void> {
    const run = client.run([door]);
    const deliveries: Promise<unknown>[] = [];
    while (!isStopped) {
      const firing = run.fire(door);
      fired.push(firing.activationId);
      deliveries.push(
        firing.then(
          () => {
            delivered += 1;
          },
          (error: Error) => failures.push(error.message),
        ),
      );
      // The rate is what matters here, not the moment.
      await pause(pauseMs);
    }
    await Promise.all(deliveries);
    await run.end();
  }
  const work = clients.map(fireOneByOne);

  return {
    get delivered() {
      return delivered;
    },
    async stop() {
      isStopped = true;
      await Promise.all(work);
      const stats = clients.map((client) => client.stats());
      await Promise.all(clients.map((client) => client.close()));
      return { fired, failures, stats };
    },
  };
}
