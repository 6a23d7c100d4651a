import type { System } from "../../api/types.ts";
import { ageWords, durationWords } from "../../ui/duration-words.ts";
import { plural } from "../../ui/number-words.ts";
import { systemLook } from "../../ui/state-words.ts";
import { momentWords } from "../../ui/time-words.ts";

/** "down 14 min": the state, and for how long. */
export function stateFor({ state, state_since }: System, now: number): string {
  const { word } = systemLook(state);
  return state_since ? `${word} ${ageWords(Math.max(0, now - state_since.getTime()))}` : word;
}

/** What a line about a system says after its state. */
export function facts(system: System, now: number): string[] {
  const run = system.current_run;
  const words: string[] = [];
  if (system.last_seen_at) words.push(`last seen ${momentWords(system.last_seen_at, now)}`);
  if (!run) return words;
  const begun = run.started_at ?? run.received_at;
  if (begun) words.push(`run ${durationWords(now - begun.getTime())}`);
  const silent = run.registered_count - run.fired_sensor_count;
  words.push(
    plural(run.registered_count, "sensor") + (silent > 0 ? `, ${silent} never fired this run` : ""),
  );
  if (run.unregistered_count > 0) words.push(`${run.unregistered_count} unregistered`);
  return words;
}

/** Systems by the value of one of their labels; those without it come last. */
export function groupByLabel(
  systems: readonly System[],
  key: string,
): { value: string | undefined; systems: System[] }[] {
  const groups = new Map<string | undefined, System[]>();
  for (const system of systems) {
    const value = system.current_run?.labels[key];
    const group = groups.get(value);
    if (group) group.push(system);
    else groups.set(value, [system]);
  }
  return [...groups]
    .map(([value, members]) => ({ value, systems: members }))
    .sort((a, b) => {
      if (a.value === undefined || b.value === undefined) {
        return Number(a.value === undefined) - Number(b.value === undefined);
      }
      return a.value.localeCompare(b.value, "en", { numeric: true });
    });
}

/** The keys of the labels that some system has, the commonest first. */
export function labelKeys(systems: readonly System[]): string[] {
  const counts = new Map<string, number>();
  for (const { current_run } of systems) {
    for (const key of Object.keys(current_run?.labels ?? {})) {
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
  }
  return [...counts].sort((a, b) => b[1] - a[1]).map(([key]) => key);
}
