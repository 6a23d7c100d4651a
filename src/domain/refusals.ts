import { SlimmerError } from "./errors.ts";

// What both edges refuse in the same words.

/** The process ends; another one, or the next, takes the caller. */
export function shuttingDown(): SlimmerError {
  return new SlimmerError("SHUTTING_DOWN", "this server is shutting down; connect again", {
    retryAfterMs: 500,
  });
}

/** Nobody is there any more to be answered. */
export function goneAway(): SlimmerError {
  return new SlimmerError("CALL_CANCELLED", "the client went away");
}

/** This process has as many of something open as it may; another one, or this one in a while, takes the request. */
export function processFull(what: string): SlimmerError {
  return new SlimmerError("PROCESS_FULL", `this process has as many ${what} as it may`, {
    retryAfterMs: 5_000,
  });
}
