import { decodeStatusDetails, encodeStatusDetails } from "slimmer-grpc";
import { expect, test } from "vitest";

test("status details come back as they were written", () => {
  const details = {
    code: 3,
    message: "system_id: must not be empty",
    reason: "FIELDS_INVALID",
    domain: "slimmer",
    metadata: { incident: "none" },
    fields: [{ field: "system_id", description: "must not be empty" }],
    retryAfterMs: 1_250,
  };
  expect(decodeStatusDetails(encodeStatusDetails(details))).toEqual(details);
});

test("details of other types are passed over", () => {
  // A google.rpc.Status {code: 8, message: "slow", details: [Any {type_url: "x/y", value: 1 byte}]}.
  const bytes = Buffer.from("\x08\x08\x12\x04slow\x1a\x08\x0a\x03x/y\x12\x01z");
  expect(decodeStatusDetails(bytes)).toEqual({
    code: 8,
    message: "slow",
    reason: undefined,
    domain: undefined,
    metadata: {},
    fields: [],
    retryAfterMs: undefined,
  });
});
