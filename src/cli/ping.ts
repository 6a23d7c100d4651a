import { randomUUID } from "node:crypto";
import type { Command } from "commander";
import { EXIT } from "../processes/exit-codes.ts";
import {
  addConnectionOptions,
  type Connection,
  readConnection,
} from "./connection/connection-options.ts";
import {
  connectToServer,
  refusalText,
  type ServerConnection,
} from "./connection/server-connection.ts";
import {
  addOutputOption,
  note,
  type Output,
  printJson,
  printLine,
} from "./output/output-option.ts";

/** Adds `slimmer ping [address]`. */
export function addPing(slimmer: Command): void {
  const command = slimmer
    .command("ping")
    .summary("Ask a server for an echo.")
    .description(
      "Ask a server for an echo, and check it. With a system it is also its sign of life.",
    )
    .argument("[address]", "the server; wins over --address");
  addConnectionOptions(addOutputOption(command), ["system"]).action(
    async (address: string | undefined, { output }: { output: Output }) => {
      process.exitCode = await ping(readConnection(command, { address }), output);
    },
  );
}

/** An echo with a text that nobody could guess. Prints the time it took; resolves with the exit code. */
async function ping(connection: Connection, output: Output): Promise<number> {
  const { address, system } = connection;
  const server = connectToServer(connection);
  const startedAt = performance.now();
  try {
    if (!(await isEchoed(server, system))) {
      note(`${address} answered, but not with an echo: it is no slimmer`);
      return EXIT.failed;
    }
    const ms = Number((performance.now() - startedAt).toFixed(1));
    if (output === "json") printJson({ address, system: system ?? null, roundTripMs: ms });
    else printLine(`${address} answered in ${ms.toFixed(1)} ms`);
    return EXIT.ok;
  } catch (error) {
    note(`${address} did not answer: ${refusalText(error)}`);
    return EXIT.failed;
  } finally {
    server.close();
  }
}

/** Whether the server sends a message back unchanged; for `system` it is a sign of life too. */
export async function isEchoed(server: ServerConnection, system = ""): Promise<boolean> {
  const message = randomUUID();
  return (await server.call("ping", { message, system_id: system })).message === message;
}
