import { ClientError } from "../errors.ts";
import type { DropCause } from "../events.ts";
import type { Delivery } from "../firing.ts";
import { createNumberSet } from "./number-set.ts";
import type { Outcome, Prospect } from "./prospect.ts";

/**
 * The outcomes of what has left memory for the disk, by its number there. Only what somebody awaits costs memory; for the
 * rest it is enough to know which numbers were delivered.
 */
export type Parked = {
  /** The activation leaves memory; whoever awaits it, now or later, is told all the same. */
  park(no: number, activationId: string, prospect: Prospect): void;
  /** It came to its end. */
  settle(no: number, outcome: () => Outcome, isDelivered: boolean): void;
  /** What is not on disk any more was dropped. */
  drop(error: ClientError): void;
  /** Whatever happens to the rest, nobody here will learn of it. */
  close(error: ClientError): void;
};

export function createParked(isOnDisk: (no: number) => boolean): Parked {
  const awaited = new Map<number, Prospect>();
  const delivered = createNumberSet();

  return {
    park(no, activationId, prospect) {
      if (prospect.isAwaited) {
        awaited.set(no, prospect);
        return;
      }
      prospect.park((settle) => {
        if (delivered.has(no)) settle({ delivery: plainDelivery(activationId) });
        else if (isOnDisk(no)) awaited.set(no, prospect);
        else settle({ error: dropError("overflow", "it was dropped or refused; see the events") });
      });
    },
    settle(no, outcome, isDelivered) {
      if (isDelivered) delivered.add(no);
      const prospect = awaited.get(no);
      if (!prospect) return;
      awaited.delete(no);
      prospect.settle(outcome());
    },
    drop(error) {
      for (const [no, prospect] of awaited) {
        if (isOnDisk(no)) continue;
        awaited.delete(no);
        prospect.settle({ error });
      }
    },
    close(error) {
      for (const prospect of awaited.values()) prospect.settle({ error });
      awaited.clear();
    },
  };
}

export function dropError(cause: DropCause, why: string): ClientError {
  return new ClientError("DROPPED", `dropped (${cause}): ${why}`);
}

/** Nobody remembers what else the server said of it. */
function plainDelivery(activationId: string): Delivery {
  return { activationId, duplicate: false, unregistered: false, clockSuspect: false };
}
