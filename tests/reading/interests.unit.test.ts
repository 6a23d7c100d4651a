import fc from "fast-check";
import { expect, test } from "vitest";
import type { Entity } from "../../src/domain/entity.ts";
import { createInterests, type WantedSensors } from "../../src/reading/feed/interests.ts";
import { type NameBook, NOBODY } from "../../src/reading/feed/names.ts";
import { holdStretch, type Stretch } from "../../src/reading/feed/stretch.ts";
import type { FeedRecord } from "../../src/store/feed-record.ts";

type Fired = { systemNo: number; entityNo: number };

/** The sensors of a test: number n of a system is called "n", and the same object each time. */
function createSensors() {
  const known = new Map<string, Entity>();
  const of = ({ systemNo, entityNo }: Fired): Entity => {
    if (entityNo === 0) return NOBODY;
    const key = `${systemNo}/${entityNo}`;
    const sensor = known.get(key) ?? { category: "", name: `${entityNo}`, identity: "" };
    known.set(key, sensor);
    return sensor;
  };
  const names: NameBook = {
    learn: () => undefined,
    systemId: String,
    runId: String,
    entity: (systemNo, entityNo) => of({ systemNo, entityNo }),
  };
  return { of, names };
}

type Sensors = ReturnType<typeof createSensors>;

function stretchOf(rows: readonly Fired[], { names }: Sensors): Stretch {
  const record = {
    no: 1,
    count: rows.length,
    systemNo: (row: number) => rows[row]?.systemNo,
    runNo: () => 1,
    entityNo: (row: number) => rows[row]?.entityNo,
  } as Partial<FeedRecord> as FeedRecord;
  const held = holdStretch([record]);
  void held.learn(names);
  return held;
}

/** Wants the sensors with one of these numbers. */
function wanting(systemNo: number | undefined, numbers: readonly number[]): WantedSensors {
  const isWanted = new Set(numbers.map(String));
  return {
    systemNo,
    matches: ({ name }) => isWanted.has(name),
    key: JSON.stringify([systemNo ?? "", numbers]),
  };
}

const someSystem = fc.integer({ min: 1, max: 3 });
const someNumbers = fc.uniqueArray(fc.integer({ min: 1, max: 4 }), { maxLength: 4 });
const someRows = fc.array(
  fc.record({ systemNo: someSystem, entityNo: fc.integer({ min: 1, max: 5 }) }),
  { maxLength: 30 },
);
const someStep = fc.oneof(
  fc.record({ systemNo: fc.option(someSystem, { nil: undefined }), numbers: someNumbers }),
  fc.record({ leaves: fc.nat() }),
  fc.record({ rows: someRows, isForgotten: fc.boolean() }),
);

test("each has the rows of the sensors that it wants, whoever comes and goes", () => {
  fc.assert(
    fc.property(fc.array(someStep, { maxLength: 40 }), (steps) => {
      const sensors = createSensors();
      const { join } = createInterests();
      const present: { wanted: WantedSensors; interest: ReturnType<typeof join> }[] = [];
      const stretches: { rows: readonly Fired[]; held: Stretch }[] = [];
      for (const step of steps) {
        if ("numbers" in step) {
          const wanted = wanting(step.systemNo, step.numbers);
          present.push({ wanted, interest: join(wanted) });
        } else if ("leaves" in step) {
          const [gone] = present.splice(step.leaves % Math.max(1, present.length), 1);
          gone?.interest.leave();
        } else {
          const held = stretchOf(step.rows, sensors);
          stretches.push({ rows: step.rows, held });
          if (step.isForgotten) stretches[0]?.held.forget();
        }
        for (const { wanted, interest } of present) {
          for (const { rows, held } of stretches) {
            const expected = rows.flatMap(({ systemNo, entityNo }, row) => {
              const isOfSystem = wanted.systemNo === undefined || wanted.systemNo === systemNo;
              return isOfSystem && wanted.matches(sensors.of({ systemNo, entityNo })) ? [row] : [];
            });
            expect(interest.rowsIn(held)).toEqual(expected);
          }
        }
      }
    }),
  );
});

test("a sensor is held against each pattern once, be it of many rows, stretches and watchers", () => {
  const sensors = createSensors();
  const { join } = createInterests();
  const asked: string[] = [];
  const counting = (name: string): WantedSensors => ({
    systemNo: undefined,
    matches: (entity) => {
      asked.push(`${name} ${entity.name}`);
      return true;
    },
    key: name,
  });
  const rows = [1, 2, 1, 2].map((entityNo) => ({ systemNo: 1, entityNo }));
  const stretches = [stretchOf(rows, sensors), stretchOf(rows, sensors)];
  const look = (interest: ReturnType<typeof join>) => {
    for (const held of stretches) expect(interest.rowsIn(held)).toEqual([0, 1, 2, 3]);
  };
  look(join(counting("first")));
  look(join(counting("first")));
  expect(asked).toEqual(["first 1", "first 2"]);
  look(join(counting("second")));
  expect(asked).toEqual(["first 1", "first 2", "second 1", "second 2"]);
});

test("who has left is asked about no more sensors", () => {
  const sensors = createSensors();
  const { join } = createInterests();
  const asked: Entity[] = [];
  const matches = (entity: Entity) => asked.push(entity) > 0;
  const gone = join({ systemNo: 1, matches, key: "gone" });
  gone.leave();
  const other = join(wanting(1, [7]));
  expect(other.rowsIn(stretchOf([{ systemNo: 1, entityNo: 7 }], sensors))).toEqual([0]);
  expect(asked).toEqual([]);
});

test("who has left while a look was under way is still answered rightly, of stretches old and new", () => {
  const sensors = createSensors();
  const { join } = createInterests();
  const rows = [1, 2, 1].map((systemNo) => ({ systemNo, entityNo: 7 }));
  const [before, after] = [stretchOf(rows, sensors), stretchOf(rows, sensors)];
  const gone = join(wanting(1, [7]));
  expect(gone.rowsIn(before)).toEqual([0, 2]);
  gone.leave();
  expect(join(wanting(2, [7])).rowsIn(after)).toEqual([1]);
  for (const held of [before, after]) expect(gone.rowsIn(held)).toEqual([0, 2]);
});

test("those that want the same are one until the last of them has left", () => {
  const sensors = createSensors();
  const { join } = createInterests();
  const [one, other] = [join(wanting(1, [7])), join(wanting(1, [7]))];
  one.leave();
  expect(other.rowsIn(stretchOf([{ systemNo: 1, entityNo: 7 }], sensors))).toEqual([0]);
});

test("a sensor whose name is not known is judged by its own system", async () => {
  const sensors = createSensors();
  const { join } = createInterests();
  const everything = (systemNo: number) =>
    join({ systemNo, matches: () => true, key: `${systemNo}` });
  const [first, second] = [everything(1), everything(2)];
  const rows = [1, 2, 1].map((systemNo) => ({ systemNo, entityNo: 0 }));
  const held = stretchOf(rows, sensors);
  await held.learn(sensors.names);
  expect(first.rowsIn(held)).toEqual([0, 2]);
  expect(second.rowsIn(held)).toEqual([1]);
});
