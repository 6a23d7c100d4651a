/**
 * What Node is started with, by `slimmer up`; the first lines of cli/index.ts and the image's entry point say the same.
 *
 * Requests make much garbage that dies young: with 32 MiB of room for it, in place of 16, the collector takes a fifth less of
 * the server's time on streams (docs/performance.md). V8 makes objects old at once whose kind has lived for long in a few
 * looks; where it takes that for a part of a call, each call is old garbage from then on, for as long as the process runs
 * (docs/adr/0013).
 */
export const NODE_ARGS = ["--max-semi-space-size=32", "--no-allocation-site-pretenuring"];

/**
 * And with what in its environment, for glibc's malloc: each call takes and gives back dozens of small pieces. By default a
 * thread keeps 7 of a size at hand; those beyond are merged with their neighbours each time something larger is wanted, as
 * for each message to a watcher, and split again for the next call. With 1,000 at hand, malloc takes 6 % of the time of
 * `serve` rather than 10, where many watch (docs/adr/0014).
 */
export const NODE_ENVIRONMENT = { GLIBC_TUNABLES: "glibc.malloc.tcache_count=1000" };
