import { type Client, connectivityState } from "@grpc/grpc-js";
import { durationText } from "../output/units.ts";

/** There was no connection within the timeout, and no word of why. */
export class Unanswered extends Error {
  override readonly name = "Unanswered";
}

/**
 * Resolves once there is a connection, or a call would say at once why there is none; rejects with Unanswered when the timeout
 * is over. A stream has no deadline, and would wait for ever at a port that takes connections and says nothing.
 */
export async function awaitAnswer(
  client: Client,
  { address, timeoutMs }: { address: string; timeoutMs: number },
  signal: AbortSignal,
): Promise<void> {
  const channel = client.getChannel();
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const state = channel.getConnectivityState(true);
    const isUnderWay = state === connectivityState.IDLE || state === connectivityState.CONNECTING;
    if (!isUnderWay || signal.aborted) return;
    await new Promise<void>((resolve, reject) => {
      const leave = () => resolve();
      signal.addEventListener("abort", leave, { once: true });
      channel.watchConnectivityState(state, deadline, (late) => {
        signal.removeEventListener("abort", leave);
        if (!late) return resolve();
        reject(new Unanswered(`${address} did not answer within ${durationText(timeoutMs)}`));
      });
    });
  }
}
