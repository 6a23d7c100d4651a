import { createServer } from "node:net";
import type { Address } from "../config/kinds.ts";
import { addressText } from "./child-env.ts";

/** Why nobody could listen there now, as the begin of a sentence; undefined where one could. */
export async function listenProblem(address: Address, name: string): Promise<string | undefined> {
  const server = createServer();
  return await new Promise((resolve) => {
    server.once("error", (cause: NodeJS.ErrnoException) => {
      const why = cause.code ?? cause.message;
      resolve(`${name}=${addressText(address)} can't be listened on (${why})`);
    });
    server.listen(address.port, address.host, () => server.close(() => resolve(undefined)));
  });
}
