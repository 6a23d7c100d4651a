/**
 * What Node is started with, by `slimmer up`; the first lines of cli/index.ts and the image's entry point say the same.
 *
 * Requests make much garbage that dies young: with 32 MiB of room for it, in place of 16, the collector takes a fifth less of
 * the server's time on streams (docs/performance.md). V8 makes objects old at once whose kind has lived for long in a few
 * looks; where it takes that for a part of a call, each call is old garbage from then on, for as long as the process runs
 * (docs/adr/0013).
 */
export const NODE_ARGS = ["--max-semi-space-size=32", "--no-allocation-site-pretenuring"];
