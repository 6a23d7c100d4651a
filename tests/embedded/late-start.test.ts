import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { startEmbeddedPostgres } from "../../src/embedded/cluster.ts";
import { deferred } from "../../src/kit/deferred.ts";
import { migrateUp } from "../../src/store/migrate.ts";
import { MIGRATIONS } from "../../src/store/migrations/index.ts";
import { configOf } from "../support/own-database.ts";

test("`migrate up` that may wait gets through to a PostgreSQL that is started after it", async () => {
  const folder = await mkdtemp(join(tmpdir(), "slimmer-late-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  await chmod(folder, 0o711); // as root, PostgreSQL's own user must be able to enter
  const start = (port: number) =>
    startEmbeddedPostgres({
      dataDir: join(folder, "data"),
      port,
      log: { info: () => {}, warn: () => {} },
    });
  const { url, port, stop } = await start(0);
  await stop();

  const missed = deferred<void>();
  const migrated = migrateUp({
    connection: configOf(url),
    retentionMs: 0,
    nowMs: Date.now(),
    serverWaitMs: 120_000,
    log: { info: () => {}, warn: () => missed.resolve() },
  });
  await missed.promise;
  const postgres = await start(port);
  onTestFinished(() => postgres.stop());
  expect((await migrated).applied).toEqual(MIGRATIONS.map(({ name }) => name));
});
