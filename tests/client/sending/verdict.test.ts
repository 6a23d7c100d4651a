import { Metadata, status } from "@grpc/grpc-js";
import { describe, expect, test } from "vitest";
import { type Action, verdictOf } from "../../../src/client/sending/verdict.ts";
import { REASONS, type Reason, SlimmerError } from "../../../src/domain/errors.ts";
import { toStatus } from "../../../src/rpc/status.ts";
import { refusal } from "../scripted-main.ts";

/** What is left to do for each refusal of slimmer; "divide" finds the item that is at fault. */
const ACTIONS: Record<Reason, Action> = {
  FIELDS_INVALID: "divide",
  MESSAGE_MALFORMED: "divide",
  RUN_UNKNOWN: "register",
  SYSTEM_UNKNOWN: "register",
  NOT_FOUND: "hold",
  RUN_CONFLICT: "divide",
  UNREGISTERED_LIMIT: "divide",
  INTAKE_FULL: "repeat",
  STORE_BUSY: "repeat",
  STORE_AWAY: "repeat",
  STORE_FULL: "repeat",
  PROCESS_FULL: "repeat",
  SHUTTING_DOWN: "repeat",
  DEADLINE_PASSED: "repeat",
  CALL_CANCELLED: "repeat",
  ACKS_UNREAD: "repeat",
  CURSOR_EXPIRED: "repeat",
  WATCH_UNREAD: "repeat",
  EXPORT_UNREAD: "repeat",
  INTERNAL: "divide",
};

describe("a refusal of slimmer", () => {
  for (const reason of Object.keys(REASONS) as Reason[]) {
    test(`${reason}: ${ACTIONS[reason]}`, () => {
      const error = toStatus(new SlimmerError(reason, "why"), { error: () => {} });

      expect(verdictOf(error)).toMatchObject({
        action: ACTIONS[reason],
        status: REASONS[reason].status,
        reason,
        isSlimmers: true,
      });
    });
  }
});

const FOREIGN: readonly [keyof typeof status, Action][] = [
  ["CANCELLED", "repeat"],
  ["UNKNOWN", "repeat"],
  ["INVALID_ARGUMENT", "divide"],
  ["DEADLINE_EXCEEDED", "repeat"],
  ["NOT_FOUND", "hold"],
  ["ALREADY_EXISTS", "divide"],
  ["PERMISSION_DENIED", "hold"],
  ["RESOURCE_EXHAUSTED", "divide"],
  ["FAILED_PRECONDITION", "divide"],
  ["ABORTED", "repeat"],
  ["OUT_OF_RANGE", "repeat"],
  ["UNIMPLEMENTED", "fall back"],
  ["INTERNAL", "repeat"],
  ["UNAVAILABLE", "repeat"],
  ["DATA_LOSS", "repeat"],
  ["UNAUTHENTICATED", "hold"],
];

describe("a status that something on the way has made", () => {
  test.each(FOREIGN)("%s: %s", (code, action) => {
    expect(verdictOf(refusal(code))).toEqual({
      action,
      status: code,
      reason: undefined,
      message: `a ${code} of the test`,
      retryAfterMs: undefined,
      isSlimmers: false,
    });
  });

  test("is repeated when it says when, whatever it is", () => {
    expect(verdictOf(refusal("RESOURCE_EXHAUSTED", { retryAfterMs: 1_500 }))).toMatchObject({
      action: "repeat",
      retryAfterMs: 1_500,
    });
  });

  test("may have details that are none", () => {
    const metadata = new Metadata();
    metadata.set("grpc-status-details-bin", Buffer.from([0xff, 0xff, 0xff]));
    const error = { code: status.INTERNAL, details: "why", metadata };

    expect(verdictOf(error)).toMatchObject({ action: "repeat", isSlimmers: false });
  });
});

test.each([
  new Error("a defect"),
  { code: "ENOENT", message: "no token" },
  "text",
  null,
  undefined,
])("whatever else is thrown is repeated: %s", (thrown) => {
  expect(verdictOf(thrown)).toMatchObject({ action: "repeat", status: "UNKNOWN" });
});
