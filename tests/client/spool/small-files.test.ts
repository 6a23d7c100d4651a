import { appendFileSync, existsSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { RunRecord } from "../../../src/client/outbox/run-record.ts";
import { readDeadLetters } from "../../../src/client/spool/inspect.ts";
import { BOILER_RUN, DOOR_RUN, spoolFolder } from "./spool-folder.ts";

const place = spoolFolder();

function run(runId: string, startedAtMs: number): RunRecord {
  return {
    systemId: "greenhouse",
    runId,
    sensors: [{ category: "door", name: "front", identity: "d-1" }],
    startedAtMs,
    labels: {},
    client: { name: "slimmer-client", version: "0.1.0", host: "greenhouse-1" },
    silentAfterMs: 60_000,
  };
}

describe("runs", () => {
  test("are kept over starts, oldest first, with their end", async () => {
    const spool = await place.open();
    spool.runs.save(run(DOOR_RUN, 2_000));
    spool.runs.save(run(BOILER_RUN, 1_000));
    const ended = { ...run(DOOR_RUN, 2_000), end: { reason: "update", atMs: 3_000 } };
    spool.runs.save(ended);
    await spool.close();
    const again = await place.open();
    expect(again.runs.all()).toEqual([run(BOILER_RUN, 1_000), ended]);
    again.runs.remove(BOILER_RUN);
    expect(again.runs.all()).toEqual([ended]);
    await again.close();
    expect(readdirSync(place.path("runs"))).toEqual([`${DOOR_RUN}.json`]);
  });

  test("whose file is damaged are left out, and drafts of a crash removed", async () => {
    const spool = await place.open();
    spool.runs.save(run(DOOR_RUN, 1_000));
    await spool.close();
    writeFileSync(place.path("runs", `${BOILER_RUN}.json`), '{"runId":');
    writeFileSync(place.path("runs", `${BOILER_RUN}.json.draft`), "");
    const again = await place.open();
    expect(again.runs.all()).toEqual([run(DOOR_RUN, 1_000)]);
    expect(existsSync(place.path("runs", `${BOILER_RUN}.json.draft`))).toBe(false);
    await again.close();
  });
});

describe("dead letters", () => {
  test("are kept, also behind a line that a crash has cut", async () => {
    expect(await readDeadLetters(place.dir)).toEqual([]);
    const spool = await place.open();
    spool.deadLetters.append({ id: 1, why: "a\nb" });
    await spool.close();
    appendFileSync(place.path("dead-letter.ndjson"), '{"id":2,"wh');
    const again = await place.open();
    again.deadLetters.append({ id: 3 });
    again.deadLetters.append({ id: 4 });
    expect(await readDeadLetters(place.dir)).toEqual([
      { id: 1, why: "a\nb" },
      { id: 3 },
      { id: 4 },
    ]);
    await again.close();
  });

  test("are bounded: the oldest go", async () => {
    const spool = await place.open({ maxBytes: 80_000 });
    for (let id = 0; id < 1_000; id += 1) spool.deadLetters.append({ id, text: "x".repeat(80) });
    await spool.close();
    const letters = await readDeadLetters(place.dir);
    expect(letters.at(-1)).toMatchObject({ id: 999 });
    expect(letters.map(({ id }) => id)).toEqual(
      Array.from({ length: letters.length }, (_, i) => 1_000 - letters.length + i),
    );
    const sizes = ["dead-letter.ndjson", "dead-letter.1.ndjson"].map(
      (file) => statSync(place.path(file)).size,
    );
    expect(Math.max(...sizes)).toBeLessThanOrEqual(10_000);
    expect(letters.length).toBeGreaterThan(100);
  });
});

describe("states", () => {
  test("are kept over starts; a damaged one is none", async () => {
    const spool = await place.open();
    expect(spool.state.read("losses")).toBeUndefined();
    spool.state.write("losses", { count: 1 });
    spool.state.write("losses", { count: 2 });
    await spool.close();
    const again = await place.open();
    expect(again.state.read("losses")).toEqual({ count: 2 });
    writeFileSync(place.path("losses.json"), "{");
    expect(again.state.read("losses")).toBeUndefined();
    await again.close();
  });
});
