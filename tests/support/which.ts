import { accessSync, constants } from "node:fs";
import { delimiter, isAbsolute, join } from "node:path";

/** The file of a program, by its name or its path. */
export function findOnPath(name: string): string {
  if (isAbsolute(name)) return name;
  for (const folder of (process.env.PATH ?? "").split(delimiter)) {
    const file = join(folder, name);
    try {
      accessSync(file, constants.X_OK);
      return file;
    } catch {
      // Not here.
    }
  }
  throw new Error(`there is no ${name} on the PATH`);
}
