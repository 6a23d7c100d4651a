import type { Resource, TypeUrl } from "./control-plane-resources.ts";

/** A response that a client refused: all of it that was wrong is in `reason`. */
export type Nack = { readonly type: TypeUrl; readonly reason: string };

type Request = {
  type_url: TypeUrl;
  resource_names?: string[];
  response_nonce?: string;
  error_detail?: { message: string } | null;
};

type Response = { type_url: TypeUrl; version_info: string; nonce: string; resources: Resource[] };

export type Subscriber = {
  handle(request: Request): void;
  /** Sends what the client has asked for and does not have yet, if there is any. */
  update(type: TypeUrl): void;
};

/** What one stream knows about one type of resource. */
type Subscription = {
  names: Set<string>;
  /** What the client was sent last, of what it is still interested in. */
  sent: Map<string, Resource>;
  nonce: string;
  isSettled: boolean;
};

/**
 * One stream of one client, in the "state of the world" dialect. A request with the nonce of the last response settles
 * it: accepted, or refused where it carries an error. One with an older nonce was overtaken, and its names will come
 * again. A response holds all resources of its type that the client asked for, is sent only where something of it is new,
 * and never twice: one that was refused is not tried again.
 */
export function createSubscriber({
  resources,
  send,
  onAccepted,
  onRefused,
}: {
  resources(type: TypeUrl): ReadonlyMap<string, Resource>;
  send(response: Response): void;
  onAccepted(names: readonly string[]): void;
  onRefused(nack: Nack): void;
}): Subscriber {
  const subscriptions = new Map<TypeUrl, Subscription>();
  let version = 0;

  function update(type: TypeUrl): void {
    const subscription = subscriptions.get(type);
    if (!subscription) return;
    const there = resources(type);
    const wanted = new Map(
      [...subscription.names].flatMap((name) => {
        const resource = there.get(name);
        return resource ? [[name, resource] as const] : [];
      }),
    );
    if (isSame(wanted, subscription.sent)) return;
    version += 1;
    subscription.sent = wanted;
    subscription.nonce = String(version);
    subscription.isSettled = false;
    send({
      type_url: type,
      version_info: String(version),
      nonce: subscription.nonce,
      resources: [...wanted.values()],
    });
  }

  function settle(subscription: Subscription, { type_url, error_detail }: Request): void {
    if (subscription.isSettled) return;
    subscription.isSettled = true;
    if (error_detail) onRefused({ type: type_url, reason: error_detail.message });
    else onAccepted([...subscription.sent.keys()]);
  }

  return {
    update,
    handle(request) {
      const { type_url: type, resource_names = [], response_nonce = "" } = request;
      let subscription = subscriptions.get(type);
      if (!subscription) {
        subscription = { names: new Set(), sent: new Map(), nonce: "", isSettled: true };
        subscriptions.set(type, subscription);
      }
      if (response_nonce !== subscription.nonce) return;
      settle(subscription, request);
      subscription.names = new Set(resource_names);
      // A client forgets what it no longer asks for.
      for (const name of subscription.sent.keys()) {
        if (!subscription.names.has(name)) subscription.sent.delete(name);
      }
      update(type);
    },
  };
}

function isSame<T>(one: ReadonlyMap<string, T>, other: ReadonlyMap<string, T>): boolean {
  return one.size === other.size && [...one].every(([name, value]) => other.get(name) === value);
}
