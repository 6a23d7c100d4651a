import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { run } from "./command.ts";
import { ROOT } from "./source-files.ts";
import { pythonOf } from "./tiers.mjs";

const REQUIREMENTS = join(ROOT, "tests/python/requirements.txt");
/** No byte code: the build of the server looks at everything below proto/. */
const ENV = {
  ...process.env,
  PIP_DISABLE_PIP_VERSION_CHECK: "1",
  PYTHONDONTWRITEBYTECODE: "1",
};

/** The wheel of proto/, and Pythons that have it installed. */
export type PythonPackage = {
  /** For what a test writes. */
  readonly folder: string;
  readonly wheel: string;
  /** Paths in the wheel. */
  files(): Promise<string[]>;
  /** What the wheel asks for, as "grpcio>=1.76.0". */
  requirements(): Promise<string[]>;
  /** A fresh Python with the wheel and its dependencies: as `pins` say, else the versions that the tests are pinned to. */
  install(name: string, pins?: readonly string[]): Promise<string>;
  remove(): Promise<void>;
};

/** Builds the wheel as the README says. pip fetches what the build asks for. */
export async function makePythonPackage(): Promise<PythonPackage> {
  const folder = await mkdtemp(join(tmpdir(), "python-package-"));
  const remove = () => rm(folder, { recursive: true, force: true });
  try {
    const wheels = join(folder, "wheels");
    await runPython(pythonOf(process.env), [
      ...["-m", "pip", "wheel", "-q", "--no-deps", "--wheel-dir", wheels],
      join(ROOT, "proto"),
    ]);
    const [name, ...others] = await readdir(wheels);
    if (!name || others.length > 0) throw new Error(`more than one wheel: ${name}, ${others}`);
    const wheel = join(wheels, name);
    return {
      folder,
      wheel,
      files: () => askWheel(wheel, "sorted(wheel.namelist())"),
      requirements: () =>
        askWheel(
          wheel,
          "[line[15:] for name in wheel.namelist() if name.endswith('/METADATA') for line in wheel.read(name).decode().splitlines() if line.startswith('Requires-Dist: ')]",
        ),
      async install(name, pins = ["--constraint", REQUIREMENTS]) {
        const venv = join(folder, name);
        await runPython(pythonOf(process.env), ["-m", "venv", venv]);
        const python = join(venv, "bin/python");
        await runPython(python, ["-m", "pip", "install", "-q", wheel, ...pins]);
        return python;
      },
      remove,
    };
  } catch (error) {
    await remove();
    throw error;
  }
}

/** Runs a Python to its end; in an environment without our own packages and settings. Returns what it wrote. */
export async function runPython(
  python: string,
  args: readonly string[],
  options: { cwd?: string } = {},
): Promise<string> {
  const { stdout } = await run(python, args, { env: ENV, ...options });
  return stdout;
}

async function askWheel(wheel: string, expression: string): Promise<string[]> {
  const program = `import json, sys, zipfile; wheel = zipfile.ZipFile(sys.argv[1]); print(json.dumps(${expression}))`;
  return JSON.parse(await runPython(pythonOf(process.env), ["-c", program, wheel]));
}
