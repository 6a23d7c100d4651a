import type { Delivery } from "../firing.ts";
import type { StoredItem } from "../spool/spool.ts";
import type { Item, ItemDelivery } from "./item.ts";
import type { Prospect } from "./prospect.ts";

/** An item with what the outbox knows of it. */
export type Entry = Item & {
  /** Its place among those like it: ascends with each call of `fire`, or with the place on disk. */
  readonly order: number;
  /** It was read from disk: nobody in this process has its promise at hand. */
  readonly isStored: boolean;
  /** Its number in the spool; undefined for what is in memory only. */
  no: number | undefined;
  /** The same, also after its copy on disk was given up. */
  lastNo: number | undefined;
  readonly prospect: Prospect | undefined;
};

/** One that came from disk. */
export class StoredEntry implements Entry {
  readonly isStored = true;
  readonly order: number;
  readonly prospect = undefined;
  readonly lastNo: number;
  readonly #item: StoredItem;
  no: number | undefined;
  attempts = 0;

  constructor(item: StoredItem) {
    this.#item = item;
    this.order = item.no;
    this.no = item.no;
    this.lastNo = item.no;
  }

  get runId(): string {
    return this.#item.runId;
  }

  get activationId(): string {
    return this.#item.activationId;
  }

  get atMs(): number {
    return this.#item.atMs;
  }

  get bytes(): Buffer {
    return this.#item.bytes;
  }
}

export function toDelivery({
  item,
  duplicate,
  unregistered,
  clockSuspect,
}: ItemDelivery): Delivery {
  return { activationId: item.activationId, duplicate, unregistered, clockSuspect };
}

/** Where they are on disk, as far as they are. */
export function numbers(entries: readonly Entry[]): number[] {
  return entries.flatMap(({ no }) => (no === undefined ? [] : [no]));
}
