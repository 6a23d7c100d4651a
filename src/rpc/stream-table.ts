import type { ServerHttp2Session } from "node:http2";
import { types } from "node:util";

/**
 * The open streams of an HTTP/2 connection, by their ids: what node:http2 keeps in a Map, and as much of a Map as it uses.
 *
 * A Map gets a new table each time it has had as many keys as it has room for, and the old table keeps a pointer to the new one.
 * Once one table has grown old (a connection that rests is enough), each one after it is held by the dead one before until
 * all of the heap is collected, and with it every stream that was open when it was left: each call of a busy connection is
 * then moved into the old generation, with all that belongs to it. This table forgets what is taken out of it.
 *
 * Open addressing with linear probing, and deletion that moves the following entries up (Knuth, The Art of Computer
 * Programming, vol. 3, 6.4, algorithm R). The ids of one side count up in twos, so that streams rarely meet at a place.
 */
export class StreamTable<Stream extends object> {
  #ids: number[] = new Array(FIRST_PLACES).fill(NOBODY);
  #streams: (Stream | undefined)[] = new Array(FIRST_PLACES).fill(undefined);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  get(id: number): Stream | undefined {
    return this.#streams[this.#placeOf(id)];
  }

  set(id: number, stream: Stream): this {
    if (2 * this.#size >= this.#ids.length) this.#grow();
    const place = this.#placeOf(id);
    if (this.#ids[place] === NOBODY) this.#size += 1;
    this.#ids[place] = id;
    this.#streams[place] = stream;
    return this;
  }

  delete(id: number): boolean {
    let gap = this.#placeOf(id);
    if (this.#ids[gap] === NOBODY) return false;
    this.#size -= 1;
    for (let place = this.#next(gap); this.#ids[place] !== NOBODY; place = this.#next(place)) {
      const first = this.#firstPlaceOf(this.#ids[place] as number);
      // Whoever should stand behind the gap would not be found any more.
      if (this.#steps(first, place) < this.#steps(gap, place)) continue;
      this.#ids[gap] = this.#ids[place] as number;
      this.#streams[gap] = this.#streams[place];
      gap = place;
    }
    this.#ids[gap] = NOBODY;
    this.#streams[gap] = undefined;
    return true;
  }

  /** Calls back for those that are there now, whatever is taken out meanwhile. */
  forEach(callback: (stream: Stream, id: number) => void): void {
    const streams = this.#streams.slice();
    this.#ids.slice().forEach((id, place) => {
      if (id !== NOBODY) callback(streams[place] as Stream, id);
    });
  }

  /** Where this id is, or would be. */
  #placeOf(id: number): number {
    let place = this.#firstPlaceOf(id);
    while (this.#ids[place] !== id && this.#ids[place] !== NOBODY) place = this.#next(place);
    return place;
  }

  #firstPlaceOf(id: number): number {
    return (id >> 1) & (this.#ids.length - 1);
  }

  #next(place: number): number {
    return (place + 1) & (this.#ids.length - 1);
  }

  #steps(from: number, to: number): number {
    return (to - from) & (this.#ids.length - 1);
  }

  #grow(): void {
    const ids = this.#ids;
    const streams = this.#streams;
    this.#ids = new Array(2 * ids.length).fill(NOBODY);
    this.#streams = new Array(2 * ids.length).fill(undefined);
    this.#size = 0;
    ids.forEach((id, place) => {
      if (id !== NOBODY) this.set(id, streams[place] as Stream);
    });
    // The old table may have grown old.
    streams.fill(undefined);
  }
}

/** A power of two. */
const FIRST_PLACES = 64;
/** No stream has this id. */
const NOBODY = -1;

type State = { streams?: unknown };

/**
 * Gives a connection that has just been made such a table in place of its Map. False where Node keeps its streams elsewhere, or
 * not in a Map, or has some already: then all stays as it is.
 */
export function keepStreamsInTable(session: ServerHttp2Session): boolean {
  const symbol = Object.getOwnPropertySymbols(session).find(
    ({ description }) => description === "state",
  );
  const state = symbol && (session as unknown as Record<symbol, State>)[symbol];
  if (!state || !types.isMap(state.streams) || state.streams.size > 0) return false;
  state.streams = new StreamTable();
  return true;
}
