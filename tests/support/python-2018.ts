import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { run } from "./command.ts";
import { pythonOf } from "./tiers.mjs";

const FOLDER = fileURLToPath(new URL("../python", import.meta.url));

/** What the client of 2018 says of itself in the end. */
export type Client2018Report = {
  pings: number;
  sent: number;
  /** The status of each call that had to be refused. */
  refused: Record<string, string>;
};

export type Client2018 = {
  /** Runs it to its end against `host:port`, or with a CA file and a name over TLS. Throws where any reply is not that of 2018. */
  run(
    ...where: [address: string] | [address: string, caFile: string, name: string]
  ): Promise<Client2018Report>;
  remove(): Promise<void>;
};

/** The Python client of 2018, with stubs made from the contract of 2018. */
export async function makeClient2018(): Promise<Client2018> {
  const python = pythonOf(process.env);
  const stubs = await mkdtemp(join(tmpdir(), "stubs-2018-"));
  await run(python, [
    ...["-m", "grpc_tools.protoc", `--proto_path=${FOLDER}`],
    ...[`--python_out=${stubs}`, `--grpc_python_out=${stubs}`, "contract_2018.proto"],
  ]);
  return {
    async run(...where) {
      const env = { ...process.env, PYTHONPATH: stubs, PYTHONDONTWRITEBYTECODE: "1" };
      const { stdout } = await run(python, [join(FOLDER, "client_2018.py"), ...where], { env });
      return JSON.parse(stdout);
    },
    remove: () => rm(stubs, { recursive: true, force: true }),
  };
}

/** What a server of 2018 would have refused, and how. */
export const REFUSED_IN_2018 = {
  "unknown run": "FAILED_PRECONDITION",
  "unknown system": "FAILED_PRECONDITION",
  "run of another system": "FAILED_PRECONDITION",
  "no entity": "INVALID_ARGUMENT",
};
