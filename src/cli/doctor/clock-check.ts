import { LIMITS } from "../../domain/limits.ts";
import { durationText } from "../output/units.ts";
import type { Heard } from "./answer-check.ts";
import { type Finding, findings } from "./finding.ts";

const { ok, warn, fail, skip } = findings("clock");

/** A skew that nobody needs to hear of, in milliseconds. */
const FINE_MS = 2_000;

/** How far this machine's clock is from the server's. */
export function checkClock(heard: Heard | undefined): Finding {
  if (!heard) return skip("the server does not say what time it has; name a system with --system");
  const skewMs = heard.localMs - heard.serverMs;
  const size = Math.abs(skewMs);
  const accuracy = `±${durationText(heard.errorMs)}`;
  if (size <= FINE_MS + heard.errorMs) {
    return ok(`this machine and the server agree (${durationText(size)} ${accuracy})`);
  }
  const seen = `this machine's clock is ${durationText(size)} ${skewMs > 0 ? "ahead of" : "behind"} the server's (${accuracy})`;
  const advice = `one of them is wrong: compare both with a clock you trust, and turn on NTP (here: timedatectl); it is ${new Date(heard.localMs).toISOString()} here, ${new Date(heard.serverMs).toISOString()} there`;
  return skewMs > LIMITS.clockAheadMs ? fail(seen, advice) : warn(seen, advice);
}
