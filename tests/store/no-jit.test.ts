import { expect, test } from "vitest";
import { connect } from "../../src/store/connection.ts";
import { openStore } from "../../src/store/open.ts";
import { useDatabase } from "../support/database.ts";
import { configOf } from "../support/own-database.ts";

const databaseUrl = useDatabase();
const SHOW = "show jit";

/** As an operator's server has it. */
const config = () => ({ ...configOf(databaseUrl()), options: "-c jit=on" });

test("no connection of slimmer compiles its statements: a fold would take seconds", async () => {
  const own = await connect(config(), "test");
  const store = openStore({
    connection: config(),
    poolSize: 3,
    waitMs: 5_000,
    log: { warn: () => {} },
  });
  try {
    expect((await own.client.query(SHOW)).rows).toEqual([{ jit: "off" }]);
    expect(await store.reads.run(async (db) => (await db.query(SHOW)).rows)).toEqual([
      { jit: "off" },
    ]);
  } finally {
    await store.close();
    await own.end();
  }
});
