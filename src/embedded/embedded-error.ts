type Init = { lines?: readonly string[]; cause?: unknown; mayPass?: boolean };

/**
 * The embedded PostgreSQL can't be started. The message is a sentence for the person who must act, followed by the last
 * words of PostgreSQL itself, where it said any.
 */
export class EmbeddedError extends Error {
  override readonly name = "EmbeddedError";
  readonly lines: readonly string[];
  /** Whether another start may go better with nobody doing anything (a full disk, memory that ran out). */
  readonly mayPass: boolean;

  constructor(message: string, { lines = [], cause, mayPass = false }: Init = {}) {
    super([message, ...lines.map((line) => `  ${line}`)].join("\n"), { cause });
    this.lines = lines;
    this.mayPass = mayPass;
  }
}
