import type pg from "pg";
import type { ExportActivationsRequestOutput, StoredActivationOutput } from "slimmer-grpc";
import { describe, expect, test } from "vitest";
import type { ActivationRow } from "../../src/domain/activation.ts";
import {
  type ActivationReads,
  type ActivationReadsOptions,
  createActivationReads,
} from "../../src/reading/activations/create-activation-reads.ts";
import { createExport } from "../../src/reading/export/export-activations.ts";
import { cellBeginnings, FORMULA, FORMULA_NAMES } from "../support/formula-names.ts";
import { connectTo, ownDatabase } from "../support/own-database.ts";
import { idAt, rowOf } from "../support/rows.ts";
import {
  createSystems,
  keyOf,
  modelList,
  NO_FILTERS,
  randomRows,
  runIdOf,
  store,
} from "./activations-world.ts";

async function startedExport(rows: readonly ActivationRow[]) {
  const db = await connectTo(await ownDatabase());
  await createSystems(db);
  await store(db, rows);
  const reads = createActivationReads({ reads: { run: (work) => work(db) }, nowMs: Date.now });
  return { db, reads, exported: createExport(reads) };
}

type Exported = ReturnType<typeof createExport>;
const request = (facts: Partial<ExportActivationsRequestOutput>) =>
  ({ ...NO_FILTERS, format: "CSV", ...facts }) as ExportActivationsRequestOutput;
const going = () => new AbortController().signal;

async function fileOf(exported: Exported, wish: ExportActivationsRequestOutput) {
  const pieces: Buffer[] = [];
  let rows = 0;
  for await (const piece of exported(wish, going())) {
    pieces.push(piece.data as Buffer);
    expect(Number(piece.rows)).toBeGreaterThanOrEqual(rows);
    rows = Number(piece.rows);
  }
  return { text: Buffer.concat(pieces).toString(), rows };
}

/** RFC 4180, read without mercy. */
function parseCsv(text: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  let at = 0;
  while (at < text.length) {
    let cell = "";
    if (text[at] === '"') {
      for (at += 1; ; at += 1) {
        if (text[at] === '"' && text[at + 1] === '"') at += 1;
        else if (text[at] === '"') break;
        cell += text[at];
      }
      at += 1;
    } else {
      while (at < text.length && !",\r\n".includes(text[at] as string)) cell += text[at++];
    }
    row.push(cell);
    if (text[at] === ",") at += 1;
    else {
      expect(text.slice(at, at + 2)).toBe("\r\n");
      at += 2;
      rows.push(row);
      row = [];
    }
  }
  return rows;
}

async function listed(reads: ActivationReads): Promise<StoredActivationOutput[]> {
  const all: StoredActivationOutput[] = [];
  let token = "";
  do {
    const page = await reads.list_activations({
      ...NO_FILTERS,
      page_size: 1_000,
      page_token: token,
    });
    all.push(...((page.activations ?? []) as StoredActivationOutput[]));
    token = page.next_page_token ?? "";
  } while (token !== "");
  return all;
}

const HEADER =
  "system_id,run_id,category,name,identity,activation_id,shown_at,occurred_at,received_at,shown_at_unix_ms,seq,unregistered,clock_suspect,late,attributes";

describe("an export", () => {
  test("has each row of the list once, in its order, as CSV and as NDJSON", async () => {
    const rows = [...new Map(randomRows(41, 20_000).map((row) => [keyOf(row), row])).values()];
    const { exported, reads } = await startedExport(rows);
    const list = await listed(reads);
    expect(list).toHaveLength(rows.length);
    const csv = await fileOf(exported, request({}));
    const [head, ...lines] = parseCsv(csv.text);
    expect(csv.rows).toBe(rows.length);
    expect(head?.join(",")).toBe(HEADER);
    expect(lines.map((line) => `${line[0]} ${line[5]}`)).toEqual(modelList(rows, NO_FILTERS));
    for (const [place, line] of lines.entries()) {
      const row = list[place] as StoredActivationOutput;
      const ms =
        (row.shown_at?.seconds ?? 0) * 1_000 + Math.floor((row.shown_at?.nanos ?? 0) / 1e6);
      expect(line[9]).toBe(String(ms));
      expect(Date.parse(line[6] as string)).toBe(ms);
      expect(line.slice(10, 14)).toEqual([
        String(row.seq),
        String(row.unregistered),
        String(row.clock_suspect),
        String(row.late),
      ]);
      expect(line[14]).toBe(
        Object.keys(row.attributes).length === 0 ? "" : JSON.stringify(row.attributes),
      );
    }
    const ndjson = await fileOf(exported, request({ format: "NDJSON" }));
    expect(ndjson.rows).toBe(rows.length);
    const objects = ndjson.text
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(objects.map((one) => `${one.system_id} ${one.activation_id}`)).toEqual(
      modelList(rows, NO_FILTERS),
    );
    expect(objects[0]).toMatchObject({ seq: String(list[0]?.seq), late: list[0]?.late });
    const some = await fileOf(exported, request({ system_id: "attic", name: "side*", late: true }));
    expect(
      parseCsv(some.text)
        .slice(1)
        .map((line) => `${line[0]} ${line[5]}`),
    ).toEqual(modelList(rows, { ...NO_FILTERS, system_id: "attic", name: "side*", late: true }));
  });

  test("writes each column as it says", async () => {
    const atUs = Date.UTC(2026, 0, 2, 3, 4, 5, 6) * 1_000;
    const ids = [idAt(atUs / 1_000), idAt(atUs / 1_000 - 1)];
    const { exported } = await startedExport([
      rowOf({
        activationId: ids[0] as string,
        occurredAtUs: atUs,
        receivedAtUs: atUs + 7,
        flags: 2,
      }),
      rowOf({
        activationId: ids[1] as string,
        systemNo: 2,
        runNo: 2,
        entityNo: 3,
        seq: 12,
        occurredAtUs: atUs - 1_000,
        receivedAtUs: atUs + 60_000_001,
        flags: 1,
        attributes: '{"a":"b, \\"c\\""}',
      }),
    ]);
    const { text } = await fileOf(exported, request({}));
    expect(text.split("\r\n")).toEqual([
      HEADER,
      `attic,${runIdOf(1, 1)},door,front,door-0,${ids[0]},2026-01-02T03:04:05.006007Z,2026-01-02T03:04:05.006Z,2026-01-02T03:04:05.006007Z,${atUs / 1_000},0,false,true,false,`,
      `barn,${runIdOf(2, 2)},door,side 1,door-2,${ids[1]},2026-01-02T03:04:05.005Z,2026-01-02T03:04:05.005Z,2026-01-02T03:05:05.006001Z,${atUs / 1_000 - 1},12,true,false,true,"{""a"":""b, \\""c\\""""}"`,
      "",
    ]);
  });

  test("has a header and nothing else where nothing matches", async () => {
    const { exported } = await startedExport([rowOf()]);
    expect(await fileOf(exported, request({ category: "nothing" }))).toEqual({
      text: `${HEADER}\r\n`,
      rows: 0,
    });
    const ndjson = await fileOf(exported, request({ category: "nothing", format: "NDJSON" }));
    expect(ndjson).toEqual({ text: "", rows: 0 });
  });

  test("makes no formula of what a client has named", async () => {
    const { db, exported } = await startedExport([]);
    const names = FORMULA_NAMES.map(([name]) => name);
    await db.query("insert into systems (system_id) values ('=evil')");
    await db.query("insert into manifests values (4, '\\x00', '{}')");
    await db.query(
      `insert into runs (system_no, run_no, run_id, manifest_hash, started_at, clock_suspect, received_at, client_name, client_version, client_host, labels)
      values (4, 1, $1, '\\x00', now(), false, now(), '', '', '', '{}')`,
      [runIdOf(4, 1)],
    );
    await addSensors(db, names);
    const nowMs = Date.now();
    const rows = names.map((_, place) =>
      rowOf({ systemNo: 4, entityNo: place + 1, activationId: idAt(nowMs - place) }),
    );
    await store(db, rows);
    const { text } = await fileOf(exported, request({}));
    const lines = parseCsv(text).slice(1);
    expect(lines.map((line) => line[0])).toEqual(names.map(() => "'=evil"));
    const harmless = FORMULA_NAMES.map(([, text]) => text);
    for (const column of [2, 3, 4]) expect(lines.map((line) => line[column])).toEqual(harmless);
    for (const cell of lines.flat()) expect(cell).not.toMatch(FORMULA);
    for (const beginning of cellBeginnings(text)) expect(beginning).not.toMatch(FORMULA);
    const ndjson = await fileOf(exported, request({ format: "NDJSON", system_id: "=evil" }));
    const first = JSON.parse(ndjson.text.split("\n")[0] as string);
    expect(first).toMatchObject({ system_id: "=evil", entity: { name: "=1+1" } });
  });

  test("has every row that was stored before its start, whatever is stored meanwhile", async () => {
    const rows = [...new Map(randomRows(51, 9_000).map((row) => [keyOf(row), row])).values()];
    const { db, exported } = await startedExport(rows);
    const later = randomRows(52, 3_000);
    const seen: string[] = [];
    for await (const piece of exported(request({ format: "NDJSON" }), going())) {
      for (const line of (piece.data as Buffer).toString().trimEnd().split("\n")) {
        const { system_id, activation_id } = JSON.parse(line);
        seen.push(`${system_id} ${activation_id}`);
      }
      await store(db, later.splice(0, 1_000));
    }
    expect(new Set(seen).size).toBe(seen.length);
    const isSeen = new Set(seen);
    expect(rows.filter((row) => !isSeen.has(keyOf(row)))).toEqual([]);
  });

  test("reads the next page only when the one before was taken, and none after it was stopped", async () => {
    const rows = Array.from({ length: 9_000 }, (_, number) =>
      rowOf({ activationId: idAt(Date.now() - number) }),
    );
    const { db } = await startedExport(rows);
    let questions = 0;
    const reads = createActivationReads({
      reads: {
        run: (work) => {
          questions += 1;
          return work(db);
        },
      },
      nowMs: Date.now,
    });
    const stop = new AbortController();
    const pieces = createExport(reads)(request({}), stop.signal);
    expect((await pieces.next()).value).toMatchObject({ rows: 100 });
    const asked = questions;
    await new Promise((resolve) => setImmediate(resolve));
    expect(questions).toBe(asked);
    stop.abort();
    expect(await pieces.next()).toEqual({ value: undefined, done: true });
    expect(questions).toBe(asked);
  });

  test("begins before it has found a row, once the request is known to be right", async () => {
    const nowMs = Date.now();
    const { db } = await startedExport(
      Array.from({ length: 25_000 }, (_, number) => rowOf({ activationId: idAt(nowMs - number) })),
    );
    let questions = 0;
    const run: ActivationReadsOptions["reads"]["run"] = (work) => {
      questions += 1;
      return work(db);
    };
    const exported = createExport(createActivationReads({ reads: { run }, nowMs: Date.now }));
    for (const [format, head] of [
      ["CSV", `${HEADER}\r\n`],
      ["NDJSON", ""],
    ] as const) {
      // More rows than one look reaches, and none of them is late.
      const pieces = exported(request({ system_id: "attic", late: true, format }), going());
      const { value } = await pieces.next();
      expect([value?.data?.toString(), value?.rows]).toEqual([head, 0]);
      const asked = questions;
      expect((await pieces.next()).done).toBe(true);
      expect(questions).toBeGreaterThan(asked);
    }
  });

  test("refuses wrong fields before it begins", async () => {
    const { exported } = await startedExport([]);
    const refused = (wish: object) => exported(request(wish), going()).next();
    await expect(
      refused({ format: "XML", run_id: "x", category: "c".repeat(65) }),
    ).rejects.toMatchObject({
      reason: "FIELDS_INVALID",
      fields: ["format", "run_id", "run_id", "category"].map((field) => ({ field })),
    });
    await expect(refused({ system_id: "nobody" })).rejects.toMatchObject({ reason: "NOT_FOUND" });
  });
});

async function addSensors(db: pg.Client, names: readonly string[]): Promise<void> {
  for (const [place, name] of names.entries()) {
    await db.query(
      "insert into entities (system_no, entity_no, category, name, identity) values (4, $1, $2, $2, $2)",
      [place + 1, name],
    );
  }
}
