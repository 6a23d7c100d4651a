import type { PackageDefinition } from "@grpc/proto-loader";
import { decodeFile, type FileDescriptor, type TypeDescriptor } from "./descriptors.ts";
import { typeHomes } from "./type-homes.ts";

/** The proto file of a package, or of one message of it; the contract's own are found by looking. */
const FILE_OF: Record<string, string> = {
  "google.protobuf.Any": "google/protobuf/any.proto",
  "google.protobuf.Duration": "google/protobuf/duration.proto",
  "google.protobuf.Timestamp": "google/protobuf/timestamp.proto",
  "google.rpc.Status": "google/rpc/status.proto",
  "google.rpc": "google/rpc/error_details.proto",
};

/**
 * The files of some package definitions, as protoc would describe them: each type once, in the file it comes from, after
 * the files it needs. (proto-loader makes one file of each package, without imports; it names the entries of a map
 * `Labels`, where protoc and Envoy insist on `LabelsEntry`; and it shortens the names of types.)
 */
export function canonicalFiles(definitions: readonly PackageDefinition[]): FileDescriptor[] {
  const packages = definitions.flatMap(packagesOf);
  for (const { message_type } of packages) message_type.forEach(nameMapEntries);
  const known = new Set(packages.flatMap(typeNames));
  for (const { package: name, message_type } of packages) {
    for (const message of message_type)
      completeTypeNames(message, `${name}.${message.name}`, known);
  }
  return inOrderOfNeed(filesOf(packages));
}

/** Every entry of a definition has the descriptors of all that was loaded with it. */
function packagesOf(definition: PackageDefinition): FileDescriptor[] {
  for (const entry of Object.values(definition)) {
    if ("fileDescriptorProtos" in entry) {
      return (entry.fileDescriptorProtos as Buffer[]).map(decodeFile);
    }
  }
  return [];
}

function nameMapEntries(message: TypeDescriptor): void {
  for (const nested of message.nested_type ?? []) {
    nameMapEntries(nested);
    if (!nested.options?.map_entry) continue;
    const short = nested.name;
    nested.name = `${short}Entry`;
    for (const field of message.field ?? []) {
      if (field.type_name === short) field.type_name = nested.name;
    }
  }
}

function typeNames({ package: name, message_type, enum_type }: FileDescriptor): string[] {
  const below = (scope: string, type: TypeDescriptor): string[] => {
    const full = `${scope}.${type.name}`;
    return [full, ...membersOf(type).flatMap((member) => below(full, member))];
  };
  return [...message_type, ...enum_type].flatMap((type) => below(name, type));
}

function membersOf({ nested_type = [], enum_type = [] }: TypeDescriptor): TypeDescriptor[] {
  return [...nested_type, ...enum_type];
}

/** Looks a short name up from the inside out, as protoc does. */
function completeTypeNames(message: TypeDescriptor, scope: string, known: Set<string>): void {
  for (const field of message.field ?? []) {
    const name = field.type_name;
    if (!name || name.startsWith(".")) continue;
    const parts = scope.split(".");
    while (parts.length > 0 && !known.has([...parts, name].join("."))) parts.pop();
    const full = [...parts, name].join(".");
    if (!known.has(full)) throw new Error(`${scope}.${field.name} is of an unknown type, ${name}.`);
    field.type_name = `.${full}`;
  }
  for (const nested of message.nested_type ?? []) {
    completeTypeNames(nested, `${scope}.${nested.name}`, known);
  }
}

function filesOf(packages: readonly FileDescriptor[]): Map<string, FileDescriptor> {
  const files = new Map<string, FileDescriptor>();
  const homes = typeHomes();
  const place = (source: FileDescriptor, kind: "message_type" | "enum_type" | "service") => {
    for (const item of source[kind]) {
      const name = fileOf(source.package, item.name, homes);
      const file = files.get(name) ?? emptyFile(name, source);
      files.set(name, file);
      const items: { name: string }[] = file[kind];
      // Two definitions may share a well-known type.
      if (!items.some((other) => other.name === item.name)) items.push(item);
    }
  };
  for (const source of packages) {
    place(source, "message_type");
    place(source, "enum_type");
    place(source, "service");
  }
  return files;
}

function fileOf(packageName: string, typeName: string, homes: Map<string, string>): string {
  const full = `${packageName}.${typeName}`;
  const file = homes.get(full) ?? FILE_OF[full] ?? FILE_OF[packageName];
  if (file) return file;
  throw new Error(`${full} has no proto file yet: name it in proto/build/canonical-files.ts.`);
}

function emptyFile(name: string, source: FileDescriptor): FileDescriptor {
  return { ...source, name, dependency: [], message_type: [], enum_type: [], service: [] };
}

/** Fills in what each file imports, and puts those first. */
function inOrderOfNeed(files: Map<string, FileDescriptor>): FileDescriptor[] {
  const homes = new Map<string, FileDescriptor>();
  for (const file of files.values()) {
    for (const name of typeNames(file)) homes.set(`.${name}`, file);
  }
  const ordered = new Set<FileDescriptor>();
  const visit = (file: FileDescriptor) => {
    if (ordered.has(file) || file.dependency.length > 0) return;
    const needed = [...new Set(usedTypes(file).map((name) => homes.get(name)))]
      .filter((home): home is FileDescriptor => home !== undefined && home !== file)
      .sort((a, b) => (a.name < b.name ? -1 : 1));
    file.dependency = needed.map(({ name }) => name);
    needed.forEach(visit);
    ordered.add(file);
  };
  for (const [, file] of [...files].sort(([a], [b]) => (a < b ? -1 : 1))) visit(file);
  return [...ordered];
}

function usedTypes({ message_type, service }: FileDescriptor): string[] {
  const below = ({ field = [], nested_type = [] }: TypeDescriptor): string[] => [
    ...field.flatMap(({ type_name }) => type_name ?? []),
    ...nested_type.flatMap(below),
  ];
  const methods = service.flatMap(({ method }) => method);
  return [
    ...message_type.flatMap(below),
    ...methods.flatMap(({ input_type, output_type }) => [input_type, output_type]),
  ];
}
