import { errorCode } from "./disk.ts";

/** Whether something works; told when that changes, not each time. */
export type Condition = {
  failed(error: unknown): void;
  worked(): void;
  readonly isBad: boolean;
};

/** `bad` makes the sentence for a failure of its cause, `good` is the sentence for its end. */
export function createCondition(
  tell: (message: string) => void,
  { bad, good }: { bad: (cause: string) => string; good: string },
): Condition {
  let isBad = false;

  function change(to: boolean, message: string): void {
    if (isBad === to) return;
    isBad = to;
    try {
      tell(message);
    } catch {
      // A listener's own mistake: it must not stop the work that was told of.
    }
  }

  return {
    failed: (error) => change(true, bad(describe(error))),
    worked: () => change(false, good),
    get isBad() {
      return isBad;
    },
  };
}

const CAUSES: Record<string, string> = {
  ENOSPC: "no space left on the disk",
  EDQUOT: "the quota of the disk is used up",
  EIO: "the disk answers with an error",
  EROFS: "the file system is read-only",
  EACCES: "no permission",
  EPERM: "no permission",
  ENOENT: "the folder or a file in it is gone",
  EMFILE: "this process has too many open files",
  ENFILE: "this machine has too many open files",
};

/** The cause of a failure, for people. */
export function describe(error: unknown): string {
  const code = errorCode(error);
  const cause = code && CAUSES[code];
  return cause ? `${cause} (${code})` : ((error as Error | undefined)?.message ?? String(error));
}
