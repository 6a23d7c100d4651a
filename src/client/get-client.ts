import type { Client } from "./client.ts";
import type { ClientOptions } from "./options.ts";

export async function getClient(_options: ClientOptions): Promise<Client> {
  throw new Error("under construction");
}
