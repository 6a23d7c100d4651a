import { Client, credentials } from "@grpc/grpc-js";
import { v7 as uuidv7 } from "uuid";
import { describe, expect, test } from "vitest";
import { FLAGS } from "../../src/domain/activation.ts";
import { refusalOf } from "../support/caller.ts";
import { attic, boiler, door, greenhouse, skylight } from "../support/cast.ts";
import { eventually } from "../support/eventually.ts";
import { useServer } from "../support/serving.ts";

const server = useServer();

async function newRun(system = greenhouse): Promise<string> {
  const { run_id } = await server().call.run({
    system_id: system.systemId,
    entities: system.entities,
  });
  return run_id;
}

async function storedIds(system: string): Promise<string[]> {
  const { rows } = await server().db.query(
    "select activation_id from activations join systems using (system_no) where system_id = $1 order by 1",
    [system],
  );
  return rows.map((row) => row.activation_id);
}

describe("clients of 2018", () => {
  /** The bytes of the answer to a request of these bytes. */
  function raw(method: string, request: Buffer): Promise<Buffer> {
    const client = new Client(server().address, credentials.createInsecure());
    const same = (bytes: Buffer) => bytes;
    return new Promise<Buffer>((resolve, reject) => {
      client.makeUnaryRequest(
        `/slimmer_grpc.Main/${method}`,
        same,
        same,
        request,
        (error, answer) => (error ? reject(error) : resolve(answer as Buffer)),
      );
    }).finally(() => client.close());
  }

  test("get their ping back, byte for byte", async () => {
    const ping = Buffer.from("\x0a\x05hello");
    expect(await raw("ping", ping)).toEqual(ping);
  });

  test("get a run id and nothing else", async () => {
    const answer = await raw("new_system_run", Buffer.from("\x0a\x03old"));
    expect(answer.subarray(0, 2)).toEqual(Buffer.from([0x0a, 36]));
    expect(answer).toHaveLength(38);
  });

  test("get success=true and nothing else", async () => {
    const runId = await newRun();
    const entity = Buffer.from(
      `\x0a\x04door\x12\x0afront door\x1a\x06door-1`.replace("\x0afront", "\nfront"),
    );
    const request = Buffer.concat([
      Buffer.from(`\x0a\x0agreenhouse\x12\x24${runId}\x1a`),
      Buffer.from([entity.length]),
      entity,
    ]);
    expect(await raw("new_activation", request)).toEqual(Buffer.from([0x08, 0x01]));
  });
});

describe("an activation", () => {
  test("is in the database once it is acknowledged, with both its times", async () => {
    const runId = await newRun();
    const id = uuidv7();
    const before = Date.now();
    const answer = await server().call.fire({
      system_id: "greenhouse",
      run_id: runId,
      entity: door,
      activation_id: id,
      occurred_at: { seconds: 1_790_000_000, nanos: 123_456_789 },
      seq: 7,
      attributes: { zone: 'the "big" {one}, \\ and ü' },
    });

    expect(answer).toEqual({
      success: true,
      activation_id: id,
      duplicate: false,
      unregistered: false,
      clock_suspect: false,
    });
    const { rows } = await server().db.query(
      `select seq, attributes, flags, extract(epoch from occurred_at)::text as occurred_at, received_at
      from activations where activation_id = $1`,
      [id],
    );
    expect(rows).toHaveLength(1);
    expect(rows[0]).toMatchObject({
      seq: "7",
      attributes: { zone: 'the "big" {one}, \\ and ü' },
      // Its id is of now.
      flags: FLAGS.idApart,
      occurred_at: "1790000000.123456",
    });
    expect(rows[0].received_at.getTime()).toBeGreaterThanOrEqual(before);
  });

  test("takes its time from its id when it names none", async () => {
    const runId = await newRun();
    const id = uuidv7({ msecs: Date.now() - 3_600_000 });
    await server().call.fire({
      system_id: "greenhouse",
      run_id: runId,
      entity: door,
      activation_id: id,
    });
    const { rows } = await server().db.query(
      "select occurred_at from activations where activation_id = $1",
      [id],
    );
    expect(rows[0].occurred_at.getTime()).toBe(
      Number.parseInt(id.replace("-", "").slice(0, 12), 16),
    );
  });

  test.each([
    ["of the time when it happened", -3_600_000, -3_600_000],
    ["of this moment where its time is ahead of the server's", 600_000, 0],
    ["of this moment where its time is from before the retention", -400 * 86_400_000, 0],
  ])("that has no id gets one %s", async (_what, offsetMs, expectedMs) => {
    const runId = await newRun();
    const before = Date.now();
    const ms = before + offsetMs;
    const occurred_at = { seconds: Math.floor(ms / 1_000), nanos: (ms % 1_000) * 1_000_000 };
    const fired = { system_id: "greenhouse", run_id: runId, entity: door, occurred_at };
    const [one, other] = [await server().call.fire(fired), await server().call.fire(fired)];
    expect(one.activation_id).not.toBe(other.activation_id);
    for (const { activation_id } of [one, other]) {
      const idMs = Number.parseInt(activation_id.replace("-", "").slice(0, 12), 16);
      if (expectedMs === 0) expect(idMs).toBeGreaterThanOrEqual(before);
      else expect(idMs).toBe(ms);
    }
  });

  test("sent again is answered as a duplicate, and changes nothing", async () => {
    const runId = await newRun();
    const id = uuidv7();
    const request = { system_id: "greenhouse", run_id: runId, entity: door, activation_id: id };
    await server().call.fire(request);
    const again = await server().call.fire({
      ...request,
      activation_id: id.toUpperCase(),
      entity: boiler,
    });
    expect(again).toMatchObject({ success: true, activation_id: id, duplicate: true });
    expect((await storedIds("greenhouse")).filter((stored) => stored === id)).toHaveLength(1);
  });

  test("with the same id from two systems stands in both", async () => {
    const runs = [await newRun(greenhouse), await newRun(attic)] as const;
    const id = uuidv7();
    const one = await server().call.fire({
      system_id: "greenhouse",
      run_id: runs[0],
      entity: door,
      activation_id: id,
    });
    const other = await server().call.fire({
      system_id: "attic",
      run_id: runs[1],
      entity: skylight,
      activation_id: id,
    });
    expect([one.duplicate, other.duplicate]).toEqual([false, false]);
    expect(await storedIds("greenhouse")).toContain(id);
    expect(await storedIds("attic")).toEqual([id]);
  });

  test("of a sensor that its run has not listed is stored and flagged", async () => {
    const runId = await newRun();
    const request = { system_id: "greenhouse", run_id: runId, entity: skylight };
    const first = await server().call.fire({ ...request, seq: 1 });
    const second = await server().call.fire({ ...request, seq: 2 });
    expect([first.unregistered, second.unregistered]).toEqual([true, true]);
    const { rows } = await server().db.query(
      `select count(*)::int as rows, count(distinct entity_no)::int as sensors
      from activations where flags = 1 and activation_id = any($1)`,
      [[first.activation_id, second.activation_id]],
    );
    expect(rows[0]).toEqual({ rows: 2, sensors: 1 });
  });

  test.each([
    ["1970", "00000000-0001-7000-8000-000000000001"],
    ["2090", "0372b5bc-d000-7000-8000-000000000001"],
  ])(
    "with an id of %s is stored once, flagged, and shown at the time it was received",
    async (_year, id) => {
      const runId = await newRun();
      const request = { system_id: "greenhouse", run_id: runId, entity: boiler, activation_id: id };
      expect(await server().call.fire(request)).toMatchObject({
        clock_suspect: true,
        duplicate: false,
      });
      expect(await server().call.fire(request)).toMatchObject({
        clock_suspect: true,
        duplicate: true,
      });
      const { rows } = await server().db.query(
        "select flags, received_at from stray_activations where activation_id = $1",
        [id],
      );
      expect(rows).toEqual([{ flags: 2, received_at: expect.any(Date) }]);
      await eventually(async () => {
        const state = await server().db.query(
          "select last_fired_at from sensor_state join entities using (system_no, entity_no) where name = 'boiler'",
        );
        expect(state.rows[0].last_fired_at.getTime()).toBeGreaterThan(Date.now() - 60_000);
      });
    },
  );

  test("that occurred in the year 9000 by its own account is stored, and flagged", async () => {
    const runId = await newRun();
    const answer = await server().call.fire({
      system_id: "greenhouse",
      run_id: runId,
      entity: door,
      activation_id: uuidv7(),
      occurred_at: { seconds: 221_845_392_000, nanos: 0 },
    });
    expect(answer).toMatchObject({ clock_suspect: true });
  });

  test("of a run that ended or was superseded is still taken", async () => {
    const first = await newRun();
    const second = await newRun();
    await server().call.end({ system_id: "greenhouse", run_id: second, reason: "maintenance" });
    for (const runId of [first, second]) {
      const request = { system_id: "greenhouse", run_id: runId, entity: door, seq: 1 };
      expect(await server().call.fire(request)).toMatchObject({ success: true });
    }
  });

  test("of an unknown run is refused with the advice to register it", async () => {
    const request = { system_id: "greenhouse", run_id: uuidv7(), entity: door };
    const refusal = await refusalOf(server().call.fire(request));
    expect(refusal).toMatchObject({ code: "FAILED_PRECONDITION", reason: "RUN_UNKNOWN" });
    expect(refusal.details).toMatchObject({ domain: "slimmer", retryAfterMs: undefined });
  });

  test("of another system's run is refused like one of an unknown run", async () => {
    const runId = await newRun(attic);
    const request = { system_id: "greenhouse", run_id: runId, entity: door };
    expect(await refusalOf(server().call.fire(request))).toMatchObject({ reason: "RUN_UNKNOWN" });
  });
});

describe("a run", () => {
  test("registered again with the same id and list is the same run", async () => {
    const runId = uuidv7();
    const request = { system_id: "shed", run_id: runId, entities: [door, boiler] };
    const first = await server().call.run(request);
    const again = await server().call.run({ ...request, entities: [boiler, door] });
    expect(again).toEqual({ ...first, server_time: again.server_time });
    const { rows } = await server().db.query(
      "select count(*)::int as runs from runs where run_id = $1",
      [runId],
    );
    expect(rows[0].runs).toBe(1);
  });

  test("registered again with another list is refused", async () => {
    const runId = uuidv7();
    await server().call.run({ system_id: "shed", run_id: runId, entities: [door] });
    const again = server().call.run({ system_id: "shed", run_id: runId, entities: [boiler] });
    expect(await refusalOf(again)).toMatchObject({
      code: "ALREADY_EXISTS",
      reason: "RUN_CONFLICT",
    });
  });

  test("tells what its list adds to and takes from the previous run's", async () => {
    const request = { system_id: "cellar", labels: { site: "north" } };
    const first = await server().call.run({ ...request, entities: [door, boiler] });
    const second = await server().call.run({ ...request, entities: [boiler, skylight] });
    expect([first.added, first.removed]).toEqual([[], []]);
    expect(second.added).toEqual([skylight]);
    expect(second.removed).toEqual([door]);
    expect(second.limits).toEqual({
      max_batch: 1_000,
      max_message_bytes: 4_194_304,
      max_entities: 10_000,
    });
  });

  test("stores its list once, however often its system restarts with it", async () => {
    for (let restart = 0; restart < 5; restart++) {
      await server().call.run({ system_id: "loft", entities: [door, boiler] });
    }
    const { rows } = await server().db.query(
      `select
        (select count(*)::int from manifests where system_no = systems.system_no) as manifests,
        (select count(*)::int from runs where system_no = systems.system_no) as runs,
        (select count(*)::int from entities where system_no = systems.system_no) as entities
      from systems where system_id = 'loft'`,
    );
    expect(rows[0]).toEqual({ manifests: 1, runs: 5, entities: 2 });
  });

  test("supersedes the system's open one, unless it began earlier and waited", async () => {
    const seconds = Math.floor(Date.now() / 1_000);
    const at = (offset: number) => ({ seconds: seconds + offset, nanos: 0 });
    const ids = { first: uuidv7(), second: uuidv7(), late: uuidv7() };
    const request = { system_id: "barn", entities: [door] };
    await server().call.run({ ...request, run_id: ids.first, started_at: at(-600) });
    await server().call.run({ ...request, run_id: ids.second, started_at: at(-60) });
    await server().call.run({ ...request, run_id: ids.late, started_at: at(-300) });
    const { rows } = await server().db.query(
      `select runs.run_id, runs.superseded_at is null as is_open, runs.run_no = system_state.current_run_no as is_current
      from runs join systems using (system_no) join system_state using (system_no)
      where system_id = 'barn' order by run_no`,
    );
    expect(rows).toEqual([
      { run_id: ids.first, is_open: false, is_current: false },
      { run_id: ids.second, is_open: true, is_current: true },
      { run_id: ids.late, is_open: false, is_current: false },
    ]);
  });

  test("of a device whose clock says 1970 still becomes the current one", async () => {
    await server().call.run({ system_id: "attic", entities: [] });
    const runId = uuidv7();
    const started_at = { seconds: 3, nanos: 0 };
    await server().call.run({ system_id: "attic", entities: [], run_id: runId, started_at });
    const { rows } = await server().db.query(
      `select run_id, clock_suspect from runs join system_state
      on runs.system_no = system_state.system_no and run_no = current_run_no
      join systems on systems.system_no = runs.system_no where system_id = 'attic'`,
    );
    expect(rows).toEqual([{ run_id: runId, clock_suspect: true }]);
  });

  test("may have no sensors, and as many as the limit", async () => {
    const entities = Array.from({ length: 10_000 }, (_, number) => ({
      category: "motion",
      name: `room ${number}`,
      identity: `m-${number}`,
    }));
    const empty = await server().call.run({ system_id: "tower", entities: [] });
    const full = await server().call.run({ system_id: "tower", entities });
    expect([empty.run_id, full.run_id]).toEqual([expect.any(String), expect.any(String)]);
    const fired = await server().call.fire({
      system_id: "tower",
      run_id: full.run_id,
      entity: entities[9_999] ?? null,
      seq: 1,
    });
    expect(fired.unregistered).toBe(false);
  });

  test("registered by many at the same time gets numbers that nobody shares", async () => {
    const runs = await Promise.all(
      Array.from({ length: 20 }, () =>
        server().call.run({ system_id: "crowd", entities: [door, boiler, skylight] }),
      ),
    );
    expect(new Set(runs.map((run) => run.run_id)).size).toBe(20);
    const { rows } = await server().db.query(
      `select count(distinct run_no)::int as runs from runs join systems using (system_no) where system_id = 'crowd'`,
    );
    expect(rows[0].runs).toBe(20);
  });

  test("ends once; ending it again changes nothing", async () => {
    const runId = await newRun();
    const end = { system_id: "greenhouse", run_id: runId, reason: "power switched off" };
    expect(await server().call.end(end)).toMatchObject({ already_ended: false });
    expect(await server().call.end({ ...end, reason: "again" })).toMatchObject({
      already_ended: true,
    });
    const { rows } = await server().db.query("select end_reason from runs where run_id = $1", [
      runId,
    ]);
    expect(rows[0].end_reason).toBe("power switched off");
  });
});

describe("a ping", () => {
  test("with a system is its sign of life, and carries its client's account", async () => {
    const runId = await newRun();
    const before = Date.now();
    const pong = await server().call.ping({
      message: "alive",
      system_id: "greenhouse",
      run_id: runId,
      report: { sent: 12, spooled: 3, lost: 1 },
    });
    expect(pong.message).toBe("alive");
    expect(Number(pong.server_time?.seconds)).toBeGreaterThanOrEqual(Math.floor(before / 1_000));
    await eventually(async () => {
      const { rows } = await server().db.query(
        `select last_seen_at, client_sent, client_spooled, client_lost
        from system_state join systems using (system_no) where system_id = 'greenhouse'`,
      );
      expect(rows[0]).toMatchObject({ client_sent: "12", client_spooled: "3", client_lost: "1" });
      expect(rows[0].last_seen_at.getTime()).toBeGreaterThanOrEqual(before);
    });
    const { rows } = await server().db.query(
      `select client_sent, client_spooled, client_lost, fired_count
      from run_state join runs using (system_no, run_no) where run_id = $1`,
      [runId],
    );
    expect(rows).toEqual([
      { client_sent: "12", client_spooled: "3", client_lost: "1", fired_count: "0" },
    ]);
  });

  test("of a system or run that nobody registered is refused", async () => {
    const nobody = server().call.ping({ message: "", system_id: "nobody" });
    expect(await refusalOf(nobody)).toMatchObject({ reason: "SYSTEM_UNKNOWN" });
    await newRun();
    const noRun = server().call.ping({ message: "", system_id: "greenhouse", run_id: uuidv7() });
    expect(await refusalOf(noRun)).toMatchObject({ reason: "RUN_UNKNOWN" });
  });
});
