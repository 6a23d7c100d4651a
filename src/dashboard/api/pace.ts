/** What the server says, with each answer, of how often it wants to be asked. */
export const PACE_HEADER = "slimmer-pace";

let factor = 1;

/** Nothing is said where something else answers in the server's place. */
export function learnPace(told: string | null): void {
  const wanted = Number(told);
  factor = wanted >= 1 && wanted <= 10 ? wanted : 1;
}

/** When to ask again what would be asked every so many milliseconds: later where many pages are open. */
export function paced(everyMs: number): number {
  return everyMs * factor;
}
