import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import protobuf from "protobufjs";

/** Beside the sources of this file, or of what the compiler made of it. */
const FOLDER = ["../slimmer_grpc", "../../slimmer_grpc"]
  .map((path) => fileURLToPath(new URL(path, import.meta.url)))
  .find((path) => existsSync(path)) as string;

/** In which proto file each message, enum and service of the contract stands, by its full name. (proto-loader does not say.) */
export function typeHomes(): Map<string, string> {
  const files = readdirSync(FOLDER).filter((file) => file.endsWith(".proto"));
  return new Map(files.flatMap(homesIn));
}

function homesIn(file: string): [string, string][] {
  // A root of its own, and no imports: what is in it is what the file says itself.
  const root = new protobuf.Root();
  const { package: name = "" } = protobuf.parse(readFileSync(join(FOLDER, file), "utf8"), root);
  const contents = root.lookup(name) as protobuf.Namespace;
  return contents.nestedArray.map((item) => [`${name}.${item.name}`, `slimmer_grpc/${file}`]);
}
