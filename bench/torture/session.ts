import { setTimeout as pause } from "node:timers/promises";
import {
  credentials,
  MainClient,
  type MainClientInstance,
  type SystemRunResponseOutput,
} from "slimmer-grpc";
import type { Ledger } from "./ledger.ts";
import type { Copy, Path, PlannedSystem } from "./plan.ts";
import { type CallStatus, type Refusal, refusalOf } from "./refusal.ts";

/** Longest that a client waits for one answer. */
export const CALL_MS = 5_000;

/** A client's way to the server: connections, registration, and the rule for what is refused. */
export type Session = {
  /** One of the connections, in turn. */
  client(): MainClientInstance;
  register(system: PlannedSystem): Promise<void>;
  /**
   * Notes the refusal of `copies` and returns those to send again: after a pause that grows with `attempt`, and after
   * registering what the server did not know. Those that no repetition can help are a problem, and are left out.
   */
  afterRefusal(
    path: Path,
    copies: readonly Copy[],
    refusal: Refusal,
    attempt: number,
  ): Promise<readonly Copy[]>;
  close(): void;
};

const CONNECTIONS = 6;

export function createSession({
  address,
  systems,
  ledger,
}: {
  address: string;
  systems: readonly PlannedSystem[];
  ledger: Ledger;
}): Session {
  const clients = Array.from(
    { length: CONNECTIONS },
    () =>
      new MainClient(address, credentials.createInsecure(), {
        "grpc.use_local_subchannel_pool": 1,
        "grpc.initial_reconnect_backoff_ms": 100,
        "grpc.max_reconnect_backoff_ms": 500,
        // Calls are repeated here, where they are counted.
        "grpc.enable_retries": 0,
      }),
  );
  const registering = new Map<PlannedSystem, Promise<void>>();
  let turn = 0;

  function client(): MainClientInstance {
    turn += 1;
    return clients[turn % clients.length] as MainClientInstance;
  }

  async function registerOnce(system: PlannedSystem): Promise<void> {
    for (let attempt = 1; !ledger.isOver || attempt === 1; attempt++) {
      const failure = await callRegister(client(), system);
      if (!failure) return;
      const refusal = refusalOf(failure);
      if (refusal.action !== "repeat") throw new Error(`new_system_run: ${refusal.message}`);
      await pause(backoffMs(attempt, refusal));
    }
  }

  function register(system: PlannedSystem): Promise<void> {
    let pending = registering.get(system);
    if (!pending) {
      pending = registerOnce(system).finally(() => registering.delete(system));
      registering.set(system, pending);
    }
    return pending;
  }

  return {
    client,
    register,
    async afterRefusal(path, copies, refusal, attempt) {
      ledger.refuse(path, refusal.name);
      if (refusal.action === "fail") {
        const [first] = copies;
        ledger.problem(
          `${path} refused ${copies.length} for good, ${refusal.name}: ${refusal.message} (${first?.item.activation.activation_id})`,
        );
        return [];
      }
      if (refusal.action === "register") {
        const runIds = new Set(copies.map(({ item }) => item.activation.run_id));
        await Promise.all(systems.filter(({ run }) => runIds.has(run.run_id)).map(register));
        return copies;
      }
      await pause(backoffMs(attempt, refusal));
      return copies;
    },
    close() {
      for (const one of clients) one.close();
    },
  };
}

function callRegister(
  client: MainClientInstance,
  { run }: PlannedSystem,
): Promise<CallStatus | undefined> {
  return new Promise((resolve) => {
    client.new_system_run(
      run,
      { deadline: Date.now() + CALL_MS },
      (error, _response?: SystemRunResponseOutput) => resolve(error ?? undefined),
    );
  });
}

/** From 50 ms up to a second, half of it by chance; not shorter than the server asked for. */
function backoffMs(attempt: number, { retryAfterMs }: Refusal): number {
  const ceiling = Math.min(1_000, 50 * 2 ** (attempt - 1));
  return Math.max(ceiling * (0.5 + Math.random() / 2), retryAfterMs ?? 0);
}
