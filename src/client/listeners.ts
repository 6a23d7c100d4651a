import type { ClientEventName, ClientEvents, Tell } from "./events.ts";

export type Listener<Name extends ClientEventName> = (event: ClientEvents[Name]) => void;

/** Who wants to know what. */
export function createListeners(): {
  add<Name extends ClientEventName>(name: Name, listener: Listener<Name>): void;
  remove<Name extends ClientEventName>(name: Name, listener: Listener<Name>): void;
  tell: Tell;
  isHeard(name: ClientEventName): boolean;
} {
  const listeners = new Map<ClientEventName, Set<Listener<never>>>();
  return {
    add(name, listener) {
      const set = listeners.get(name) ?? new Set();
      set.add(listener);
      listeners.set(name, set);
    },
    remove(name, listener) {
      listeners.get(name)?.delete(listener);
    },
    isHeard: (name) => (listeners.get(name)?.size ?? 0) > 0,
    tell(name, event) {
      for (const listener of listeners.get(name) ?? []) {
        try {
          (listener as Listener<typeof name>)(event);
        } catch (error) {
          // The host's own defect: it is thrown where the host sees it, and not into the work of the client.
          queueMicrotask(() => {
            throw error;
          });
        }
      }
    },
  };
}
