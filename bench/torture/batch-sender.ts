import type { ActivationBatchResponseOutput } from "slimmer-grpc";
import type { Random } from "../support/random.ts";
import { toBatch } from "./batch.ts";
import type { Feed } from "./feed.ts";
import type { Ledger } from "./ledger.ts";
import type { Copy } from "./plan.ts";
import { type CallStatus, itemRefusalOf, type Refusal, refusalOf } from "./refusal.ts";
import { CALL_MS, type Session } from "./session.ts";

const PATH = "new_activations";
const MAX_ITEMS = 100;
const MAX_LINGER_MS = 150;

/** Sends one batch after the other, and what is refused of it again and again until it is acknowledged. */
export async function sendBatches(
  feed: Feed,
  session: Session,
  ledger: Ledger,
  random: Random,
): Promise<void> {
  for (;;) {
    const copies = await feed.next({
      max: random.between(1, MAX_ITEMS),
      lingerMs: random.between(0, MAX_LINGER_MS),
    });
    if (copies.length === 0) return;
    ledger.sent(PATH, copies.length);
    await sendBatch(copies, session, ledger);
  }
}

async function sendBatch(copies: readonly Copy[], session: Session, ledger: Ledger): Promise<void> {
  let left = copies;
  for (let attempt = 1; left.length > 0 && !ledger.isOver; attempt++) {
    const answer = await call(left, session);
    if (!("results" in answer)) {
      left = await session.afterRefusal(PATH, left, refusalOf(answer), attempt);
      continue;
    }
    const again: Copy[] = [];
    for (const { copies: some, refusal } of settle(left, answer, ledger)) {
      again.push(...(await session.afterRefusal(PATH, some, refusal, attempt)));
    }
    left = again;
  }
}

/** Acknowledges what was stored; returns what was not. */
function settle(
  copies: readonly Copy[],
  { results }: ActivationBatchResponseOutput,
  ledger: Ledger,
): { copies: Copy[]; refusal: Refusal }[] {
  if (results.length !== copies.length) {
    ledger.problem(`${PATH} answered ${results.length} results for ${copies.length} items`);
  }
  const refused: { copies: Copy[]; refusal: Refusal }[] = [];
  copies.forEach((copy, place) => {
    const result = results[place];
    if (!result) return;
    if (result.error) refused.push({ copies: [copy], refusal: itemRefusalOf(result.error) });
    else ledger.acknowledge(copy, result);
  });
  return refused;
}

function call(
  copies: readonly Copy[],
  session: Session,
): Promise<ActivationBatchResponseOutput | CallStatus> {
  return new Promise((resolve) => {
    session
      .client()
      .new_activations(toBatch(copies), { deadline: Date.now() + CALL_MS }, (error, response) =>
        resolve(error ?? (response as ActivationBatchResponseOutput)),
      );
  });
}
