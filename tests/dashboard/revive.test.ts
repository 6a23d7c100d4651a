import { expect, test } from "vitest";
import { api } from "../../src/dashboard/api/paths.ts";
import { ApiProblem, problemOf } from "../../src/dashboard/api/problem.ts";
import { revive } from "../../src/dashboard/api/revive.ts";

test("strings of proto3 JSON become numbers, dates and milliseconds, at any depth", () => {
  const answer = {
    systems: [
      {
        system_id: "12",
        fired_count: "48210334",
        last_seen_at: "2026-11-23T04:00:00.250Z",
        silent_after: "1.5s",
        hourly_counts: ["0", "3"],
        current_run: { completeness: { gaps: [{ first: "118", last: "119" }] } },
        report: { sent: "7", spooled: "1", lost: "0" },
      },
    ],
    next_page_token: "5",
  };
  expect(revive(answer)).toEqual({
    systems: [
      {
        system_id: "12",
        fired_count: 48210334,
        last_seen_at: new Date("2026-11-23T04:00:00.250Z"),
        silent_after: 1500,
        hourly_counts: [0, 3],
        current_run: { completeness: { gaps: [{ first: 118, last: 119 }] } },
        report: { sent: 7, spooled: 1, lost: 0 },
      },
    ],
    next_page_token: "5",
  });
});

test("what clients wrote themselves stays as it is, whatever they call it", () => {
  const own = { lost: "12", since: "yesterday", silent_after: "soon" };
  expect(revive({ labels: { ...own }, attributes: { ...own } })).toEqual({
    labels: own,
    attributes: own,
  });
});

test("a list of messages under the name of a count is no list of numbers", () => {
  expect(revive({ sensors: [{ fired_count: "2" }], rows: "4" })).toEqual({
    sensors: [{ fired_count: 2 }],
    rows: 4,
  });
  expect(revive({ sensors: [] })).toEqual({ sensors: [] });
  expect(revive({ sensors: "5263" })).toEqual({ sensors: 5263 });
});

test("a refusal says its reason, and a proxy's own page says what it can", () => {
  const refused = problemOf(404, {
    code: 5,
    message: "There is no system attic.",
    details: [{ "@type": "x" }, { reason: "SYSTEM_UNKNOWN" }],
  });
  expect(refused).toMatchObject({ kind: "refused", code: 5, reason: "SYSTEM_UNKNOWN" });
  expect(refused.isNotFound).toBe(true);
  const foreign = problemOf(502, undefined);
  expect(foreign).toBeInstanceOf(ApiProblem);
  expect(foreign).toMatchObject({ kind: "unintelligible", status: 502, reason: "" });
});

test("paths of the API name what they ask for, and leave out what is not filtered", () => {
  expect(api.activations({ system_id: "a/b", late: false, category: "" })).toBe(
    "/v1/systems/a%2Fb/activations",
  );
  expect(api.activations({ late: true })).toBe("/v1/activations?late=true");
  expect(api.systems({ states: ["LATE", "DOWN"] })).toBe("/v1/systems?states=LATE&states=DOWN");
  expect(api.live({ system_id: "attic" }, 200)).toBe("/v1/live?system_id=attic&recent=200");
});
