import { useLayoutEffect, useRef } from "preact/hooks";
import { serverNow } from "../../api/clock.ts";
import { api } from "../../api/paths.ts";
import { useResource } from "../../api/resource.ts";
import type { Run, RunList } from "../../api/types.ts";
import { to } from "../../router/route.ts";
import { durationWords } from "../../ui/duration-words.ts";
import { ErrorBox } from "../../ui/error-box.tsx";
import { type Bearer, runLook } from "../../ui/state-words.ts";
import { runFacts, runLength, runShare } from "./run-ribbon.ts";

const MOST_RUNS = 24;

/** The runs of a system as one ribbon, the oldest at the left; each leads to its page. `bearer` is the system, once it is known. */
export function Ribbon({ system, bearer }: { system: string; bearer: Bearer | undefined }) {
  const path = api.runs(system, { page_size: MOST_RUNS });
  const { data, error, staleSince, refresh } = useResource<RunList>(path, { every: 15_000 });
  const ribbon = useRef<HTMLOListElement>(null);
  const latest = data?.runs[0]?.run_id;
  useLayoutEffect(() => {
    // The latest run is what people look for; where there is no room for all, it is the old ones that are out of sight.
    if (latest && ribbon.current) ribbon.current.scrollLeft = ribbon.current.scrollWidth;
  }, [latest]);
  const problem = error && (
    <ErrorBox problem={error} what="the runs" staleSince={staleSince} onRetry={refresh} />
  );
  if (!data && problem) return problem;
  const runs = [...(data?.runs ?? [])].reverse();
  return (
    <section aria-labelledby="runs-title">
      <div class="section-head">
        <h2 id="runs-title">runs</h2>
        {data?.next_page_token && <span class="faint">the latest {MOST_RUNS}</span>}
        {runs.length > 1 && (
          <span class="faint num">
            previous:{" "}
            {runs
              .slice(0, -1)
              .reverse()
              .slice(0, 4)
              .map((run) => durationWords(runLength(run, serverNow())))
              .join(", ")}
          </span>
        )}
      </div>
      {problem}
      <ol class="ribbon" ref={ribbon}>
        {runs.map((run) => (
          <Segment key={run.run_id} run={run} bearer={bearer} />
        ))}
      </ol>
    </section>
  );
}

function Segment({ run, bearer }: { run: Run; bearer: Bearer | undefined }) {
  const now = serverNow();
  const length = runLength(run, now);
  const look = runLook(run.state, bearer, now);
  const facts = runFacts(run, bearer, now);
  return (
    <li style={{ flexGrow: runShare(length) }}>
      <a
        class={`segment ${look.tone}`}
        href={to.run(run.system_id, run.run_id)}
        data-tip={facts}
        aria-label={`run ${run.run_id}, ${look.word}, ${durationWords(length)}`}
      >
        <span class="length num">{durationWords(length)}</span>
        <span class="end" aria-hidden="true">
          {look.shape}
        </span>
      </a>
    </li>
  );
}
