import type { ClientOptions } from "slimmer-client";

/** What the program is told, as JSON in its first argument. */
export type ClientSetup = {
  readonly client: ClientOptions;
  readonly journal: string;
  /** The how-manieth process of this client it is. */
  readonly life: number;
  readonly sensors: number;
  readonly seed: number;
};

/** What it says. */
export type ClientWord =
  | { readonly kind: "delivered"; readonly count: number }
  | {
      readonly kind: "finished";
      /** Why it could not get everything to the server. */
      readonly problem: string | undefined;
      /** Promises of `fire` that have not settled. */
      readonly pending: number;
      readonly waiting: number;
    };

export type ClientRequest = { readonly kind: "finish"; readonly timeoutMs: number };

export function sensorOf(number: number) {
  return { category: "motion", name: `hall ${number}`, identity: `aa:bb:${number}` };
}
