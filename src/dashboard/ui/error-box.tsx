import type { ApiProblem } from "../api/problem.ts";
import { momentWords } from "./time-words.ts";

type Props = {
  problem: ApiProblem;
  /** What was to be shown, in words: "the sensors of harbour-07". */
  what: string;
  /** When the data on the page was last known to be right, if there is some. */
  staleSince?: number | undefined;
  onRetry?: () => void;
};

/** What happened, what still works, and what to do. */
export function ErrorBox({ problem, what, staleSince, onRetry }: Props) {
  return (
    <div class="error-box" role="alert">
      <p>
        <strong>Could not load {what}.</strong> {problem.message}
        {problem.reason && <code class="faint"> {problem.reason}</code>}
      </p>
      <p>{staysTrue(staleSince)}</p>
      <p>
        {advice(problem)}{" "}
        {onRetry && (
          <button type="button" class="button" onClick={onRetry}>
            try now
          </button>
        )}
      </p>
    </div>
  );
}

function staysTrue(staleSince: number | undefined): string {
  return staleSince === undefined
    ? "Sensors go on recording meanwhile: reading and writing are apart."
    : `What is shown was right at ${momentWords(new Date(staleSince), Date.now())}; sensors go on recording meanwhile.`;
}

function advice(problem: ApiProblem): string {
  if (problem.kind === "unreachable")
    return "Look whether slimmer web runs; the page tries again by itself.";
  if (problem.isNotFound) return "It may have another name, or be older than the retention.";
  if (problem.code === 3) return "Change the filter, or go back.";
  return "The page tries again by itself; the log of slimmer web says more.";
}
