import type { Client } from "./client.ts";
import { openClient } from "./open-client.ts";
import type { ClientOptions } from "./options.ts";
import { completeOptions } from "./settings.ts";

/**
 * A client of one system. It asks the server for an echo first, as in 2018, and sends from then on what an earlier process
 * left in the spool.
 *
 * Rejects with a {@link ClientError}: OPTIONS_INVALID (everything that is wrong, at once), SPOOL_IN_USE, SPOOL_UNUSABLE,
 * NOT_SLIMMER, ACCESS_DENIED, and SERVER_AWAY unless `offlineStart` (the default with a spool).
 */
export async function getClient(options: ClientOptions): Promise<Client> {
  return openClient(completeOptions(options));
}
