import { randomUUID } from "node:crypto";
import { type ServiceError, status } from "@grpc/grpc-js";
import { credentials, MainClient, type PongOutput } from "slimmer-grpc";
import { EXIT } from "../processes/exit-codes.ts";

/** `slimmer ping`: an echo with a text that nobody could guess. Prints the time it took; resolves with the exit code. */
export async function ping(
  address: string,
  { system, timeout }: { system?: string; timeout: string },
): Promise<number> {
  const timeoutMs = Number(timeout);
  if (!Number.isInteger(timeoutMs) || timeoutMs < 1) {
    process.stderr.write(`slimmer: --timeout=${timeout} must be a whole number of milliseconds\n`);
    return EXIT.usage;
  }
  const client = new MainClient(address, credentials.createInsecure());
  const message = randomUUID();
  const startedAt = performance.now();
  try {
    const pong = await new Promise<PongOutput>((resolve, reject) => {
      client.ping(
        { message, system_id: system ?? "" },
        { deadline: Date.now() + timeoutMs },
        (error, response) => (error ? reject(error) : resolve(response as PongOutput)),
      );
    });
    const ms = (performance.now() - startedAt).toFixed(1);
    if (pong.message !== message) {
      process.stderr.write(
        `slimmer: ${address} answered, but not with an echo: it is no slimmer\n`,
      );
      return EXIT.failed;
    }
    process.stdout.write(`${address} answered in ${ms} ms\n`);
    return EXIT.ok;
  } catch (error) {
    const { code, details } = error as ServiceError;
    process.stderr.write(
      `slimmer: ${address} did not answer: ${status[code] ?? "UNKNOWN"}: ${details}\n`,
    );
    return EXIT.failed;
  } finally {
    client.close();
  }
}
