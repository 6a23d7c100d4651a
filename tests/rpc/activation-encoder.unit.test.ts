import { MainService } from "slimmer-grpc";
import { expect, test } from "vitest";
import { encodeActivationResponse } from "../../src/rpc/activation-encoder.ts";

const ID = "01a20476-2bb6-746a-8c4d-7755dedb270d";
const BOOLEANS = [false, true];

test("our encoder writes what proto-loader reads", () => {
  for (const duplicate of BOOLEANS) {
    for (const unregistered of BOOLEANS) {
      for (const clock_suspect of BOOLEANS) {
        const answer = { success: true, activation_id: ID, duplicate, unregistered, clock_suspect };
        const bytes = encodeActivationResponse(answer);
        expect(MainService.new_activation.responseDeserialize(bytes)).toEqual(answer);
      }
    }
  }
});

test("an answer of 2018 has two bytes", () => {
  expect(encodeActivationResponse({ success: true })).toEqual(Buffer.from([0x08, 0x01]));
});
