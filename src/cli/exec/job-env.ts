import { resolve } from "node:path";
import type { Connection } from "../connection/connection-options.ts";

/**
 * The environment of a job: ours, and the way to the server, so that `slimmer fire` in it needs no options. Without the
 * spool, which belongs to the process around the job.
 */
export function jobEnv(
  env: NodeJS.ProcessEnv,
  { address, tls, caFile, certFile, keyFile, authority, tokenFile, timeoutMs }: Connection,
  { system, run }: { system: string; run: string | undefined },
): NodeJS.ProcessEnv {
  const path = (file: string | undefined) => (file === undefined ? undefined : resolve(file));
  const { SLIMMER_SPOOL: _spool, SLIMMER_RUN_ID: _run, ...rest } = env;
  if (tokenFile !== undefined) delete rest.SLIMMER_TOKEN;
  const ours = {
    SLIMMER_ADDRESS: address,
    SLIMMER_SYSTEM: system,
    SLIMMER_RUN_ID: run,
    SLIMMER_TLS: tls === undefined ? undefined : String(tls),
    SLIMMER_TLS_CA: path(caFile),
    SLIMMER_TLS_CERT: path(certFile),
    SLIMMER_TLS_KEY: path(keyFile),
    SLIMMER_AUTHORITY: authority,
    SLIMMER_TOKEN_FILE: path(tokenFile),
    SLIMMER_TIMEOUT: `${timeoutMs}ms`,
  };
  return {
    ...rest,
    ...Object.fromEntries(Object.entries(ours).filter(([, value]) => value !== undefined)),
  };
}
