import type protobuf from "protobufjs";

const int32 = (id: number) => ({ type: "int32", id });
const text = (id: number) => ({ type: "string", id });

// The well-known types that the messages below are made of.
const WELL_KNOWN = {
  Any: { fields: { type_url: text(1), value: { type: "bytes", id: 2 } } },
  Duration: { fields: { seconds: { type: "int64", id: 1 }, nanos: int32(2) } },
};

// Of google/rpc/status.proto and google/rpc/error_details.proto.
const RPC = {
  Status: {
    fields: {
      code: int32(1),
      message: text(2),
      details: { rule: "repeated", type: "google.protobuf.Any", id: 3 },
    },
  },
  ErrorInfo: {
    fields: {
      reason: text(1),
      domain: text(2),
      metadata: { keyType: "string", type: "string", id: 3 } as protobuf.IMapField,
    },
  },
  BadRequest: {
    fields: { field_violations: { rule: "repeated", type: "FieldViolation", id: 1 } },
    nested: { FieldViolation: { fields: { field: text(1), description: text(2) } } },
  },
  RetryInfo: { fields: { retry_delay: { type: "google.protobuf.Duration", id: 1 } } },
};

/** The public shapes of google.rpc.Status and of its details, as far as slimmer sends them. */
export const GOOGLE_RPC: protobuf.INamespace = {
  nested: { google: { nested: { protobuf: { nested: WELL_KNOWN }, rpc: { nested: RPC } } } },
};
