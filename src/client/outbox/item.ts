/** One activation that waits for its acknowledgement. */
export type Item = {
  /** The run it belongs to: a UUID in lower case. */
  readonly runId: string;
  /** A UUIDv7 in lower case, fixed when it was fired. */
  readonly activationId: string;
  /** When it was fired, in Unix milliseconds. */
  readonly atMs: number;
  /** A serialised `slimmer_grpc.Activation` that leaves system_id and run_id to its batch. */
  readonly bytes: Buffer;
  /** How often the server has refused this very item with a status that may go better. */
  attempts: number;
};

/** How much to take at once. */
export type Room = { readonly items: number; readonly bytes: number };

/** A refusal of one item for good. */
export type Refusal = {
  /** A gRPC status name. */
  readonly status: string;
  readonly reason: string | undefined;
  readonly message: string;
};

/** What the server said of an item that it has stored. */
export type ItemDelivery = {
  readonly item: Item;
  readonly duplicate: boolean;
  readonly unregistered: boolean;
  readonly clockSuspect: boolean;
};

/**
 * Everything that waits, as the sender sees it. What is taken is under way until it is delivered, refused or put back:
 * exactly one of these, once.
 */
export type Outbox = {
  /** The newest that wait in memory, in the order of firing, all of one run; [] for none. */
  takeNewest(room: Room): Item[];
  /** The oldest that wait, from disk and then from memory, all of one run; [] for none. */
  takeOldest(room: Room): Promise<Item[]>;
  /** Each with what the server said of it. */
  delivered(deliveries: readonly ItemDelivery[]): void;
  refused(item: Item, refusal: Refusal): void;
  /** To be taken again, before others of their age. */
  putBack(items: readonly Item[]): void;
  /** Items that wait and are not under way. */
  readonly waiting: number;
  /** Of these, whether any is in memory (fired by this process and never evicted). */
  readonly hasNewest: boolean;
  /** Called whenever something is there to take and nothing was. One listener. */
  onWork(listener: () => void): void;
};
