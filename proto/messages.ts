import { join } from "node:path";
import type { MessageTypeDefinition } from "@grpc/proto-loader";
import protobuf from "protobufjs";
import type { contract } from "./package.ts";
import { protoRoot } from "./package.ts";

type Contract = (typeof contract)["slimmer_grpc"];

/** Messages of the contract by their names: `In` as they are made, `Out` as they are received. */
export type MessageName = {
  [N in keyof Contract]: Contract[N] extends MessageTypeDefinition<infer _In, infer _Out>
    ? N
    : never;
}[keyof Contract];
export type MessageIn<N extends MessageName> =
  Contract[N] extends MessageTypeDefinition<infer In, infer _Out> ? In : never;
export type MessageOut<N extends MessageName> =
  Contract[N] extends MessageTypeDefinition<infer _In, infer Out> ? Out : never;

let root: protobuf.Root | undefined;

/** The description of a message. Read at the first use: most who import the contract never ask. */
export function messageType(name: MessageName): protobuf.Type {
  root ??= loadRoot();
  return root.lookupType(`slimmer_grpc.${name}`);
}

/** The contract as protobufjs sees it, with the comments of the proto files. */
export function loadRoot(): protobuf.Root {
  const loaded = new protobuf.Root();
  const beside = loaded.resolvePath;
  loaded.resolvePath = (origin, target) =>
    target.startsWith("slimmer_grpc/") ? join(protoRoot, target) : beside(origin, target);
  loaded.loadSync(["slimmer_grpc/main.proto", "slimmer_grpc/reader.proto"], {
    keepCase: true,
    alternateCommentMode: true,
  });
  loaded.resolveAll();
  return loaded;
}
