import fc from "fast-check";
import { fromJson, fromQuery, httpRoutes, ReaderService, toJson } from "slimmer-grpc";
import { describe, expect, test } from "vitest";

const written = (text: string) => JSON.parse(text);
const query = (text: string) => ({ query: new URLSearchParams(text) });

test("a message without anything has every simple field and every list, and nothing else", () => {
  expect(written(toJson("Run", {}))).toEqual({
    system_id: "",
    run_id: "",
    state: "STATE_UNSPECIFIED",
    clock_suspect: false,
    end_reason: "",
    labels: {},
    previous_run_id: "",
    registered_count: 0,
    fired_sensor_count: 0,
    unregistered_count: 0,
    fired_count: "0",
  });
  expect(written(toJson("ListSystemsResponse", {}))).toEqual({ systems: [], next_page_token: "" });
});

test("each kind of value is written as canonical JSON has it", () => {
  const storage = written(
    toJson("Storage", {
      server_time: { seconds: 1_795_000_000, nanos: 0 },
      database_bytes: Number.MAX_SAFE_INTEGER,
      rate: 0.5,
      fold_lag: { seconds: 0, nanos: 250_000_000 },
      processes: [{ name: 'a "quoted"\nname \u2028 \ud800', leader: true, connections: 3 }],
    }),
  );
  expect(storage).toMatchObject({
    server_time: "2026-11-18T11:06:40Z",
    database_bytes: "9007199254740991",
    rate: 0.5,
    fold_lag: "0.250s",
    processes: [{ name: 'a "quoted"\nname \u2028 \ud800', leader: true, connections: 3 }],
  });
  expect(storage).not.toHaveProperty("retention_edge");
  expect(written(toJson("Fleet", { hourly_counts: [0, 3] })).hourly_counts).toEqual(["0", "3"]);
  expect(written(toJson("System", { state: 3 })).state).toBe("DOWN");
  expect(written(toJson("ExportActivationsResponse", { data: Buffer.from([255, 0]) })).data).toBe(
    "/wA=",
  );
});

test.each([
  [{ seconds: 0, nanos: 0 }, "1970-01-01T00:00:00Z"],
  [{ seconds: 1_795_000_000, nanos: 123_000_000 }, "2026-11-18T11:06:40.123Z"],
  [{ seconds: 1_795_000_000, nanos: 123_456_000 }, "2026-11-18T11:06:40.123456Z"],
  [{ seconds: 1_795_000_000, nanos: 1 }, "2026-11-18T11:06:40.000000001Z"],
  [{ seconds: -1, nanos: 500_000_000 }, "1969-12-31T23:59:59.500Z"],
  [{ seconds: -62_135_596_800, nanos: 0 }, "0001-01-01T00:00:00Z"],
  [{ seconds: 253_402_300_799, nanos: 0 }, "9999-12-31T23:59:59Z"],
])("%j is the time %s, and back", (shown_at, text) => {
  expect(written(toJson("StoredActivation", { shown_at })).shown_at).toBe(text);
  const { message, problems } = fromJson("StoredActivation", { shown_at: text });
  expect([message.shown_at, problems]).toEqual([shown_at, []]);
});

test.each([
  [{ seconds: 90, nanos: 0 }, "90s"],
  [{ seconds: 1, nanos: 500_000_000 }, "1.500s"],
  [{ seconds: 0, nanos: -1_000 }, "-0.000001s"],
  [{ seconds: -3, nanos: 0 }, "-3s"],
])("%j is the duration %s, and back", (silent_after, text) => {
  expect(written(toJson("System", { silent_after })).silent_after).toBe(text);
  expect(fromJson("System", { silent_after: text }).message.silent_after).toEqual(silent_after);
});

test("what is written can be read again, whatever it is", () => {
  const text = fc.string({ unit: "binary", maxLength: 20 });
  const count = fc.maxSafeNat();
  const time = fc.record({
    seconds: fc.integer({ min: -62_135_596_800, max: 253_402_300_799 }),
    nanos: fc.integer({ min: 0, max: 999_999_999 }),
  });
  const activation = fc.record({
    system_id: text,
    run_id: text,
    entity: fc.option(fc.record({ category: text, name: text, identity: text })),
    activation_id: text,
    shown_at: fc.option(time),
    occurred_at: fc.option(time),
    received_at: fc.option(time),
    seq: count,
    attributes: fc.dictionary(text, text, { noNullPrototype: true }),
    unregistered: fc.boolean(),
    clock_suspect: fc.boolean(),
    late: fc.boolean(),
  });
  fc.assert(
    fc.property(activation, (one) => {
      const { message, problems } = fromJson(
        "StoredActivation",
        written(toJson("StoredActivation", one)),
      );
      expect(problems).toEqual([]);
      expect(message).toEqual(one);
    }),
  );
});

test("what is read of nothing is what gRPC reads of nothing", () => {
  const routes = httpRoutes().filter(({ service }) => service === "Reader");
  expect(routes.length).toBeGreaterThan(10);
  for (const { rpc, request } of routes) {
    const received = ReaderService[rpc as "search"].requestDeserialize(Buffer.alloc(0));
    expect(fromQuery(request, query("")).message, rpc).toEqual(received);
    expect(fromJson(request, {}).message, rpc).toEqual(received);
  }
});

describe("a query", () => {
  test("names fields as the contract does, or in camel case", () => {
    const { message, problems } = fromQuery("ListActivationsRequest", {
      path: { system_id: "green house" },
      ...query("pageSize=5&late=true&since=2026-11-18T12:06:40.5%2B01:00&name=*door*"),
    });
    expect(problems).toEqual([]);
    expect(message).toMatchObject({
      system_id: "green house",
      page_size: 5,
      late: true,
      since: { seconds: 1_795_000_000, nanos: 500_000_000 },
      until: null,
      name: "*door*",
    });
  });

  test("repeats what is a list, and has enums by name or number", () => {
    const { message } = fromQuery("ListSystemsRequest", query("states=DOWN&states=2&order=1"));
    expect(message).toMatchObject({ states: ["DOWN", "LATE"], order: "NAME" });
  });

  test("reaches into messages", () => {
    const { message, problems } = fromQuery("Ping", query("report.sent=7&message=hello"));
    expect(problems).toEqual([]);
    expect(message).toMatchObject({ message: "hello", report: { sent: 7, lost: 0 } });
  });

  test.each([
    ["page_size=-1", "page_size", "must be a whole number from 0 to 4294967295"],
    ["page_size=1e99", "page_size", "must be a whole number"],
    ["page_size=", "page_size", "must be a whole number"],
    ["since=2026-02-30T00:00:00Z", "since", "must be a time like"],
    ["since=2026-11-18T24:00:00Z", "since", "must be a time like"],
    ["since=2026-11-18", "since", "must be a time like"],
    ["late=1", "late", "must be true or false"],
    ["late=true&late=true", "late", "must not be there more than once"],
    ["colour=red", "colour", "is no parameter of this request"],
    ["since.seconds=3", "since.seconds", "is no parameter of this request"],
    ["constructor=1", "constructor", "is no parameter of this request"],
    ["__proto__=1", "__proto__", "is no parameter of this request"],
    ["", "", ""],
  ])("%s: says what is wrong", (text, field, description) => {
    const { problems } = fromQuery("ListActivationsRequest", query(text));
    expect(problems).toEqual(
      field ? [{ field, description: expect.stringContaining(description) }] : [],
    );
  });
});

test("wrong JSON is told all at once", () => {
  const { problems } = fromJson("CountActivationsRequest", {
    system_id: 3,
    entities: [{ category: "door" }, { name: [] }, "door", null],
    step: "WEEK",
    since: 1_795_000_000,
    steps: "DAY",
  });
  expect(problems.map(({ field }) => field)).toEqual([
    "system_id",
    "entities[1].name",
    "entities[2]",
    "entities[3]",
    "step",
    "since",
    "steps",
  ]);
  expect(fromJson("CountActivationsRequest", []).problems).toHaveLength(1);
  expect(fromJson("CountActivationsRequest", null).problems).toHaveLength(1);
});
