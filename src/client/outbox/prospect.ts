import type { ClientError } from "../errors.ts";
import type { Delivery } from "../firing.ts";

export type Outcome = { readonly delivery: Delivery } | { readonly error: ClientError };

/**
 * The outcome that one call of `fire` waits for. Its promise is made when somebody asks for it, so that what nobody awaits
 * costs no promise, and its failure is nobody's unhandled rejection.
 */
export type Prospect = {
  readonly promise: Promise<Delivery>;
  /** Somebody has asked. */
  readonly isAwaited: boolean;
  settle(outcome: Outcome): void;
  /** From now on nobody but `find` knows the outcome: it is asked when somebody asks for the promise. */
  park(find: (settle: (outcome: Outcome) => void) => void): void;
};

export function createProspect(): Prospect {
  let outcome: Outcome | undefined;
  let find: ((settle: (outcome: Outcome) => void) => void) | undefined;
  let promise: Promise<Delivery> | undefined;
  let finish: ((outcome: Outcome) => void) | undefined;

  function settle(settled: Outcome): void {
    outcome ??= settled;
    find = undefined;
    finish?.(outcome);
  }

  return {
    get promise() {
      promise ??= new Promise((resolve, reject) => {
        finish = (settled) =>
          "error" in settled ? reject(settled.error) : resolve(settled.delivery);
        if (outcome) finish(outcome);
        else find?.(settle);
      });
      return promise;
    },
    get isAwaited() {
      return promise !== undefined;
    },
    settle,
    park(finder) {
      if (!outcome) find = finder;
    },
  };
}
