import { expect, onTestFinished, test } from "vitest";
import { startFolder } from "../../src/ingest/folder.ts";
import { type Connection, connect } from "../../src/store/connection.ts";
import { recordPresence } from "../../src/store/presence.ts";
import { createMetrics } from "../../src/telemetry/metrics.ts";
import { eventually } from "../support/eventually.ts";
import { configOf, connectTo, ownDatabase } from "../support/own-database.ts";

test("folds survive a crash of PostgreSQL, whatever the database's default is", async () => {
  const url = await ownDatabase();
  const db = await connectTo(url);
  await db.query(
    "do $$ begin execute format('alter database %I set synchronous_commit = off', current_database()); end $$",
  );
  await db.query("insert into systems (system_id) values ('greenhouse')");
  const opened: Connection[] = [];
  const folder = startFolder({
    async connect(onLost) {
      const connection = await connect(configOf(url), "folder", onLost);
      opened.push(connection);
      return connection;
    },
    intervalMs: 20,
    feed: { retentionMs: 60_000, maxBytes: 1e9 },
    metrics: createMetrics({ defaults: false }),
    log: { warn: () => {} },
  });
  onTestFinished(() => folder.close());
  await recordPresence(db, [{ systemNo: 1, seenAtMs: Date.now(), report: undefined }]);
  await eventually(async () => {
    const { rows } = await db.query("select last_no from feed_state");
    expect(rows[0].last_no).toBe(1);
  });
  const { rows } = await (opened[0] as Connection).client.query("show synchronous_commit");
  expect(rows[0].synchronous_commit).toBe("on");
});
