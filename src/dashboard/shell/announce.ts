import { signal } from "@preact/signals";

/** What screen readers hear next, when they have finished their sentence. */
export const announcement = signal("");

export function announce(text: string): void {
  announcement.value = text;
}
