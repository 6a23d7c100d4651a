/** What the person who set up the edge has to mend; the message says it. */
export class EdgeError extends Error {
  override readonly name = "EdgeError";
}
