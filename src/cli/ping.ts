import { randomUUID } from "node:crypto";
import { EXIT } from "../processes/exit-codes.ts";
import {
  type ConnectionOptions,
  connectToServer,
  refusalText,
  type ServerConnection,
  timeSince,
} from "./server-connection.ts";

/** `slimmer ping`: an echo with a text that nobody could guess. Prints the time it took; resolves with the exit code. */
export async function ping(
  address: string,
  { system, ...options }: ConnectionOptions & { system?: string },
): Promise<number> {
  const server = connectToServer(address, options);
  const startedAt = performance.now();
  try {
    if (!(await isEchoed(server, system))) {
      process.stderr.write(
        `slimmer: ${address} answered, but not with an echo: it is no slimmer\n`,
      );
      return EXIT.failed;
    }
    process.stdout.write(`${address} answered in ${timeSince(startedAt)}\n`);
    return EXIT.ok;
  } catch (error) {
    process.stderr.write(`slimmer: ${address} did not answer: ${refusalText(error)}\n`);
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
