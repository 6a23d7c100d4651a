import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type GrpcObject, loadPackageDefinition } from "@grpc/grpc-js";
import { loadSync, type PackageDefinition } from "@grpc/proto-loader";
import type { ProtoGrpcType as MainTypes } from "./generated/main.ts";
import type { ProtoGrpcType as ReaderTypes } from "./generated/reader.ts";

/** The folder to give to protoc or proto-loader as include path; `slimmer_grpc/main.proto` and `reader.proto` are in it. */
export const protoRoot: string = fileURLToPath(new URL("..", import.meta.url));

/**
 * The absolute path of `slimmer.desc`: the contract as a binary google.protobuf.FileDescriptorSet with the HTTP rules of
 * `slimmer_grpc/http.yaml` and the messages of error details. For Envoy's grpc_json_transcoder, and for tools that take a
 * descriptor set (`grpcurl -protoset`).
 */
export const descriptorSetPath: string = join(protoRoot, "dist", "slimmer.desc");

/**
 * The contract, loaded with the options that the generated types were made for: names as in the proto file, 64-bit
 * integers as numbers (no field of ours exceeds 2^53 - 1), defaults filled in on received messages. For server
 * reflection and other readers of descriptors.
 */
export const packageDefinition: PackageDefinition = loadSync(
  ["slimmer_grpc/main.proto", "slimmer_grpc/reader.proto"],
  {
    includeDirs: [protoRoot],
    keepCase: true,
    longs: Number,
    enums: String,
    defaults: true,
  },
);

const loaded: GrpcObject = loadPackageDefinition(packageDefinition);

/** The same as constructors and service definitions. */
export const contract = loaded as unknown as {
  slimmer_grpc: MainTypes["slimmer_grpc"] & ReaderTypes["slimmer_grpc"];
};
