/** One thing that was looked at. */
export type Finding = {
  readonly check: string;
  /** "skip": it could not be looked at, because of an earlier failure or because nothing asked for it. */
  readonly state: "ok" | "warn" | "fail" | "skip";
  /** What was seen, in a clause. */
  readonly seen: string;
  /** What to do about it. */
  readonly advice?: string;
};

/** Makes the findings of one check. */
export function findings(check: string) {
  return {
    ok: (seen: string): Finding => ({ check, state: "ok", seen }),
    skip: (seen: string): Finding => ({ check, state: "skip", seen }),
    warn: (seen: string, advice: string): Finding => ({ check, state: "warn", seen, advice }),
    fail: (seen: string, advice: string): Finding => ({ check, state: "fail", seen, advice }),
  };
}
