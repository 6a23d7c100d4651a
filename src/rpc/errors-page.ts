import { REASONS } from "../domain/errors.ts";

/** docs/errors.md, whole. */
export function errorsPage(): string {
  const rows = Object.entries(REASONS).map(
    ([reason, { status, retry, meaning }]) =>
      `| \`${reason}\` | \`${status}\` | ${retry ? "yes" : "no"} | ${meaning} |`,
  );
  return [
    "# Errors",
    "",
    "Generated from `src/domain/errors.ts` by `npm run generate`; a test compares the two.",
    "",
    "Every refusal is a gRPC status. Its details (`grpc-status-details-bin`, a `google.rpc.Status`) carry an `ErrorInfo` with one of",
    "these reasons and the domain `slimmer`, a `BadRequest` that names every wrong field of bad input, and, where a retry helps, a",
    "`RetryInfo` that says how long to wait. `decodeStatusDetails` of `slimmer-grpc` reads them. In a batch, an item's `error` says the",
    "same about that item alone.",
    "",
    "| reason | status | repeat the request? | meaning |",
    "| --- | --- | --- | --- |",
    ...rows,
    "",
    "## What a caller may conclude",
    "",
    "- `OK`: the activation is committed, on disk, once.",
    "- `INVALID_ARGUMENT`, `FAILED_PRECONDITION`, `ALREADY_EXISTS`: it is not stored, and the same request never will be.",
    "- `RESOURCE_EXHAUSTED`: it is not stored. Repeat it only where a `RetryInfo` says when.",
    "- `UNAVAILABLE`, `DEADLINE_EXCEEDED`, `CANCELLED`, `ABORTED`: it may be stored or not: the answer can be lost after the commit, and a",
    "  statement that is on its way to the database is not called back. Repeat it with the same `activation_id`: the answer tells, and",
    "  nothing is stored twice. A call whose deadline has passed, or whose caller has gone, while it still waited in the server's queue",
    "  is not stored.",
    "- `INTERNAL` without details, on a stream: it broke on the way (a proxy can end a stream that has begun only by resetting it). Open a",
    "  new one, and repeat what was not acknowledged with the same ids.",
    "- A client that sends no `activation_id` (those of 2018) can't tell a retry from a second activation, and neither can the server.",
    "",
  ].join("\n");
}

if (process.argv[1] && import.meta.filename === process.argv[1]) process.stdout.write(errorsPage());
