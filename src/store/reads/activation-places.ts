import { ELSEWHERE, FLAGS } from "../../domain/activation.ts";
import { uuidFloor, uuidMs } from "../../domain/uuid.ts";

/**
 * A place in the order of all activations, the newest first: most by their ids, those that
 * lie elsewhere (ELSEWHERE) at the millisecond that is shown, after what has that millisecond in its id. What is before a place stays
 * before it, wherever rows are added, and whichever table keeps a row. Times are Unix microseconds.
 */
export type Place = {
  readonly isElsewhere: boolean;
  /** The time that is shown, for one that lies elsewhere; else 0. */
  readonly us: number;
  readonly id: string;
  readonly systemNo: number;
};

const NIL = "00000000-0000-0000-0000-000000000000";
/** The year 10000: after every time that a row may have. */
const END_MS = 253_402_300_800_000;

/** Before everything. */
export const START: Place = before(END_MS);

/** The place behind everything that has this millisecond or a later one. */
export function before(ms: number): Place {
  return { isElsewhere: true, us: ms * 1_000, id: NIL, systemNo: 0 };
}

type Placed = Times & { systemNo: number; activationId: string };
type Times = { occurredUs: number; receivedUs: number; flags: number };

/** The time at which a row counts and is shown. */
export function shownUs({ flags, occurredUs, receivedUs }: Times): number {
  return (flags & FLAGS.clockSuspect) === 0 ? occurredUs : receivedUs;
}

export function placeOf(row: Placed): Place {
  const isElsewhere = (row.flags & ELSEWHERE) !== 0;
  const { systemNo, activationId: id } = row;
  return { isElsewhere, us: isElsewhere ? shownUs(row) : 0, id, systemNo };
}

/** A UUID by which places are ordered; the other parts decide only where these are equal. */
export function keyOf({ isElsewhere, us, id }: Place): string {
  return isElsewhere ? uuidFloor(Math.floor(us / 1_000)) : id;
}

/** The millisecond that a place has. */
export function msOf(place: Place): number {
  return place.isElsewhere ? Math.floor(place.us / 1_000) : uuidMs(place.id);
}

/** Below 0: `a` comes before `b`, and is newer. */
export function comparePlaces(a: Place, b: Place): number {
  const keyOfA = keyOf(a);
  const keyOfB = keyOf(b);
  if (keyOfA !== keyOfB) return keyOfA > keyOfB ? -1 : 1;
  if (a.us !== b.us) return b.us - a.us;
  if (a.id !== b.id) return a.id > b.id ? -1 : 1;
  return b.systemNo - a.systemNo;
}
