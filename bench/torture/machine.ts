import { dirname } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { deferred } from "../support/deferred.ts";
import { freePort } from "../support/free-port.ts";
import { type Postgres, startPostgres, temporaryDataDir } from "../support/postgres.ts";
import { migrateUp, type SlimmerProcess, startSlimmer } from "../support/slimmer-process.ts";

/** A whole installation on ports that stay the same, whatever is killed and started again. */
export type Machine = {
  readonly grpcAddress: string;
  readonly opsAddress: string;
  readonly databaseUrl: string;
  readonly server: SlimmerProcess;
  readonly keeper: SlimmerProcess;
  /** What `serve` and `keeper` wrote last before they ended although nobody had told them to. */
  readonly crashes: readonly string[];
  /** Resolves with the first of them. */
  readonly crashed: Promise<void>;
  stopPostgres(): Promise<void>;
  killPostgres(): Promise<void>;
  startPostgres(): Promise<void>;
  /** Asks it to stop, as a deployment does. */
  stopServer(): Promise<void>;
  killServer(): Promise<void>;
  /** Tries again and again, as a supervisor would: a server does not start without its database. */
  startServer(): Promise<void>;
  /** For more of what belongs to it; goes with it. */
  readonly folder: string;
  /** Ends everything and removes its data. */
  close(): Promise<void>;
};

const START_MS = 60_000;

export async function startMachine(): Promise<Machine> {
  const { dataDir, remove } = temporaryDataDir();
  const [grpcPort, opsPort] = [await freePort(), await freePort()];
  const grpcAddress = `127.0.0.1:${grpcPort}`;
  const opsAddress = `127.0.0.1:${opsPort}`;
  let postgres: Postgres | undefined;
  let server: SlimmerProcess | undefined;
  let keeper: SlimmerProcess | undefined;

  const crashes: string[] = [];
  const crashed = deferred<void>();
  const sentenced = new Set<SlimmerProcess>();

  function watch(name: string, child: SlimmerProcess): SlimmerProcess {
    void child.exited.then(({ code, signal }) => {
      if (sentenced.has(child)) return;
      const lines = lastWords(child.output());
      crashes.push(`${name} ended by itself with ${code ?? signal}:\n${lines.join("\n")}`);
      crashed.resolve();
    });
    return child;
  }

  async function close(): Promise<void> {
    for (const child of [server, keeper]) if (child) sentenced.add(child);
    await Promise.all([server?.stop(), keeper?.stop()]);
    await postgres?.stop();
    remove();
  }

  try {
    const started = await startPostgres(dataDir);
    postgres = started;
    const env = {
      SLIMMER_DATABASE_URL: started.url,
      SLIMMER_GRPC_LISTEN: grpcAddress,
      SLIMMER_OPS_LISTEN: opsAddress,
    };
    await migrateUp(env);
    server = watch("serve", await startSlimmer("serve", env));
    const upkeep = watch(
      "keeper",
      await startSlimmer("keeper", { ...env, SLIMMER_OPS_LISTEN: "127.0.0.1:0" }),
    );
    keeper = upkeep;
    const running = () => server as SlimmerProcess;
    const database = () => postgres as Postgres;
    return {
      grpcAddress,
      opsAddress,
      databaseUrl: started.url,
      folder: dirname(dataDir),
      get server() {
        return running();
      },
      keeper: upkeep,
      crashes,
      crashed: crashed.promise,
      stopPostgres: () => database().stop(),
      async killPostgres() {
        process.kill(database().pid, "SIGKILL");
        await database().exited;
      },
      async startPostgres() {
        postgres = await startPostgres(dataDir, started.port);
      },
      async stopServer() {
        sentenced.add(running());
        await running().stop();
      },
      async killServer() {
        sentenced.add(running());
        await running().kill();
      },
      async startServer() {
        const deadline = performance.now() + START_MS;
        for (;;) {
          try {
            server = watch("serve", await startSlimmer("serve", env));
            return;
          } catch (error) {
            if (performance.now() > deadline) throw error;
          }
          await pause(250);
        }
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** The lines that say why, where there are any, else the last ones. */
function lastWords(output: string): string[] {
  const lines = output.trimEnd().split("\n");
  const fatal = lines.filter((line) => /"level":"(fatal|error)"/.test(line));
  return fatal.length > 0 ? fatal : lines.slice(-6);
}
