/** What a live feed has said so far. */
export type Told = {
  /** Events with activations. */
  events: number;
  /** Activations of which these events told, whether they had them or only counted them. */
  activations: number;
};

const KIND = /^event: (\w+)$/m;
const TOTAL = /"total":(\d+),"caught_up"/;

/** Counts the events of `/v1/live` as they come in pieces; nothing of them is decoded but how many activations they tell of. */
export function createLiveEvents(onExpired: () => void) {
  const told: Told = { events: 0, activations: 0 };
  let rest = "";
  return {
    told,
    /** What came, as latin1; the head of the answer and the marks of its chunks may be in it. */
    take(text: string): void {
      const events = (rest + text).split("\n\n");
      rest = events.pop() ?? "";
      for (const event of events) {
        const kind = KIND.exec(event)?.[1];
        if (kind === "expired") onExpired();
        if (kind !== "activations") continue;
        told.events += 1;
        told.activations += Number(TOTAL.exec(event)?.[1] ?? 0);
      }
    },
  };
}
