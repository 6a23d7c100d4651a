import type { ActivationResponseOutput } from "slimmer-grpc";
import type { Feed } from "./feed.ts";
import type { Ledger } from "./ledger.ts";
import type { Copy } from "./plan.ts";
import { type CallStatus, refusalOf } from "./refusal.ts";
import { CALL_MS, type Session } from "./session.ts";

const PATH = "new_activation";

/** Sends one copy after the other, each again and again until it is acknowledged. */
export async function sendSingles(feed: Feed, session: Session, ledger: Ledger): Promise<void> {
  for (;;) {
    const [copy] = await feed.next({ max: 1, lingerMs: 0 });
    if (!copy) return;
    ledger.sent(PATH, 1);
    await sendSingle(copy, session, ledger);
  }
}

async function sendSingle(copy: Copy, session: Session, ledger: Ledger): Promise<void> {
  for (let attempt = 1; !ledger.isOver; attempt++) {
    const answer = await call(copy, session);
    if ("success" in answer) {
      if (!answer.success) ledger.problem(`${PATH} answered success=false`);
      ledger.acknowledge(copy, answer);
      return;
    }
    const again = await session.afterRefusal(PATH, [copy], refusalOf(answer), attempt);
    if (again.length === 0) return;
  }
}

function call({ item }: Copy, session: Session): Promise<ActivationResponseOutput | CallStatus> {
  return new Promise((resolve) => {
    session
      .client()
      .new_activation(item.activation, { deadline: Date.now() + CALL_MS }, (error, response) =>
        resolve(error ?? (response as ActivationResponseOutput)),
      );
  });
}
