// What a run of the tests may leave behind when it is interrupted or crashes, and how to end it. `npm test` calls these
// when the runner is gone, however it went.
import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";

/** The label of our containers; its value is the id of the run. */
export const RUN_LABEL = "slimmer.test.run";

/** Ends every PostgreSQL whose data is under `folder` (all temporary files of a run are), then removes the folder. */
export async function sweepFolder(folder) {
  for (const dataDir of clusters(folder)) await endPostgres(dataDir);
  rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
}

export async function sweepContainers(run) {
  const { getContainerRuntimeClient } = await import("testcontainers");
  const { dockerode } = (await getContainerRuntimeClient()).container;
  const filters = { label: [`${RUN_LABEL}=${run}`] };
  for (const { Id } of await dockerode.listContainers({ all: true, filters })) {
    await dockerode.getContainer(Id).remove({ force: true, v: true });
  }
}

/** Drops the databases of a run on a server that outlives it. */
export async function sweepDatabases(url, prefix) {
  const { default: pg } = await import("pg");
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000 });
  client.on("error", () => {});
  await client.connect();
  const { rows } = await client.query(
    "select datname from pg_database where starts_with(datname, $1)",
    [prefix],
  );
  for (const { datname } of rows) await client.query(`drop database "${datname}" with (force)`);
  await client.end();
}

function* clusters(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (!entry.isDirectory()) continue;
    const path = join(folder, entry.name);
    if (existsSync(join(path, "PG_VERSION"))) yield path;
    else yield* clusters(path);
  }
}

async function endPostgres(dataDir) {
  const pidFile = join(dataDir, "postmaster.pid");
  if (!existsSync(pidFile)) return;
  // Negative while initdb runs a server without connections.
  const pid = Math.abs(Number.parseInt(readFileSync(pidFile, "utf8"), 10));
  // Immediate shutdown: nobody reads this data again.
  for (const signal of ["SIGQUIT", "SIGKILL"]) {
    for (let tries = 0; tries < 50; tries += 1) {
      if (!kill(pid, tries === 0 ? signal : 0)) return;
      await wait(100);
    }
  }
}

function kill(pid, signal) {
  try {
    return process.kill(pid, signal);
  } catch {
    return false;
  }
}
