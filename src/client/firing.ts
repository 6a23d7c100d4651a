import { ClientError } from "./errors.ts";
import type { Prospect } from "./outbox/prospect.ts";

/** What became of a delivered activation. */
export type Delivery = {
  readonly activationId: string;
  /** An earlier copy was stored before: a retry met it. */
  readonly duplicate: boolean;
  /** The sensor is not in the list of its run. Stored all the same. */
  readonly unregistered: boolean;
  /** The device's clock can't be right. Stored all the same, and shown at the time the server received it. */
  readonly clockSuspect: boolean;
};

/**
 * What `fire` returns: a promise of the delivery, with what was fixed when it was called. It may be ignored: a failure that
 * nobody awaits is told by the events alone.
 */
export type Firing = Promise<Delivery> & {
  /** A UUIDv7; empty for what was not accepted. */
  readonly activationId: string;
  /** 1, 2, 3 … per run. 0 for what was not accepted, and in a run that was begun elsewhere. */
  readonly seq: number;
  /** The time in the id: when `fire` was called, by the corrected clock. */
  readonly firedAt: Date;
  /** Where it was when `fire` returned: what is on disk survives a crash of the process. "nowhere": it was not accepted. */
  readonly savedTo: "disk" | "memory" | "nowhere";
};

type Facts = {
  activationId: string;
  seq: number;
  atMs: number;
  savedTo: "disk" | "memory" | "nowhere";
};

/** A promise that comes to be when somebody asks for it; see Prospect. */
class LazyFiring implements Promise<Delivery> {
  readonly [Symbol.toStringTag] = "Firing";
  readonly activationId: string;
  readonly seq: number;
  readonly savedTo: Facts["savedTo"];
  readonly #atMs: number;
  readonly #prospect: Prospect;

  constructor(prospect: Prospect, { activationId, seq, atMs, savedTo }: Facts) {
    this.#prospect = prospect;
    this.#atMs = atMs;
    this.activationId = activationId;
    this.seq = seq;
    this.savedTo = savedTo;
  }

  get firedAt(): Date {
    return new Date(this.#atMs);
  }

  // biome-ignore lint/suspicious/noThenProperty: it is a promise
  then<A = Delivery, B = never>(
    onDelivered?: ((delivery: Delivery) => A | PromiseLike<A>) | null,
    onFailed?: ((error: ClientError) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    return this.#prospect.promise.then(onDelivered, onFailed);
  }

  catch<B = never>(
    onFailed?: ((error: ClientError) => B | PromiseLike<B>) | null,
  ): Promise<Delivery | B> {
    return this.#prospect.promise.catch(onFailed);
  }

  finally(onSettled?: (() => void) | null): Promise<Delivery> {
    return this.#prospect.promise.finally(onSettled);
  }
}

export function createFiring(prospect: Prospect, facts: Facts): Firing {
  return new LazyFiring(prospect, facts);
}

/** One that was not accepted. */
export function failedFiring(prospect: Prospect, error: unknown, atMs: number): Firing {
  const known =
    error instanceof ClientError
      ? error
      : new ClientError("ACTIVATION_INVALID", sentenceOf(error), { cause: error });
  prospect.settle({ error: known });
  return createFiring(prospect, { activationId: "", seq: 0, atMs, savedTo: "nowhere" });
}

/** Of whatever the host's own getters and proxies throw, and which may throw again when it is read. */
function sentenceOf(error: unknown): string {
  try {
    return error instanceof Error ? String(error.message) : String(error);
  } catch {
    return "it can't be read";
  }
}
