import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import protobuf from "protobufjs";

/** A message or an enum; only messages have members. */
export type TypeDescriptor = {
  name: string;
  field?: FieldDescriptor[];
  nested_type?: TypeDescriptor[];
  enum_type?: TypeDescriptor[];
  options?: { map_entry?: boolean };
};
export type FieldDescriptor = { name: string; type: number; label: number; type_name?: string };
export type MethodDescriptor = {
  name: string;
  input_type: string;
  output_type: string;
  client_streaming?: boolean;
  server_streaming?: boolean;
  options?: { [HTTP_OPTION]?: object };
};
export type FileDescriptor = {
  name: string;
  package: string;
  dependency: string[];
  message_type: TypeDescriptor[];
  enum_type: TypeDescriptor[];
  service: { name: string; method: MethodDescriptor[] }[];
};

/** How protobufjs names the extension google.api.http (number 72295728) of MethodOptions. */
export const HTTP_OPTION = ".google.api.http";

/** Of google.protobuf.FieldDescriptorProto. */
export const LABEL_REPEATED = 3;
export const TYPE_MESSAGE = 11;

const root = descriptorRoot();
const FileDescriptorProto = root.lookupType("google.protobuf.FileDescriptorProto");
const FileDescriptorSet = root.lookupType("google.protobuf.FileDescriptorSet");

/** The types above name what the builder reads; whatever else the bytes say is carried along. */
export function decodeFile(bytes: Uint8Array): FileDescriptor {
  const message = FileDescriptorProto.decode(bytes);
  return FileDescriptorProto.toObject(message, { arrays: true }) as FileDescriptor;
}

export function encodeSet(file: readonly FileDescriptor[]): Uint8Array {
  return FileDescriptorSet.encode(FileDescriptorSet.fromObject({ file })).finish();
}

export function decodeSet(bytes: Uint8Array): FileDescriptor[] {
  const message = FileDescriptorSet.decode(bytes);
  return FileDescriptorSet.toObject(message, { arrays: true }).file;
}

/** The methods of all services by their full names: `slimmer_grpc.Main.ping`. */
export function methodsOf(files: readonly FileDescriptor[]): Map<string, MethodDescriptor> {
  const methods = files.flatMap((file) =>
    file.service.flatMap((service) =>
      service.method.map((method): [string, MethodDescriptor] => [
        `${file.package}.${service.name}.${method.name}`,
        method,
      ]),
    ),
  );
  return new Map(methods);
}

/** From files that protobufjs carries. Parsed here, because its ready-made descriptor.proto has camel-case names. */
function descriptorRoot(): protobuf.Root {
  const root = new protobuf.Root();
  const { resolve } = createRequire(import.meta.url);
  for (const file of ["protobuf/descriptor", "api/http", "api/annotations"]) {
    const text = readFileSync(resolve(`protobufjs/google/${file}.proto`), "utf8");
    protobuf.parse(text, root, { keepCase: true });
  }
  root.resolveAll();
  return root;
}
