import { useState } from "preact/hooks";
import { api } from "../../api/paths.ts";
import { useResource } from "../../api/resource.ts";
import type { Entity, Run, RunCoverage } from "../../api/types.ts";
import { to } from "../../router/route.ts";
import { ErrorBox } from "../../ui/error-box.tsx";
import { plural } from "../../ui/number-words.ts";
import { Skeleton } from "../../ui/skeleton.tsx";

/** What the list of this run has more or less than that of the previous one; asked for when it is opened. */
export function RunDiff({ run }: { run: Run }) {
  const [isOpen, setOpen] = useState(false);
  if (!run.previous_run_id) return null;
  return (
    <details class="diff" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>what changed since the previous run</summary>
      {isOpen && <Changes run={run} />}
    </details>
  );
}

function Changes({ run }: { run: Run }) {
  const path = api.coverage(run.system_id, run.run_id);
  const { data, error, refresh } = useResource<RunCoverage>(path);
  if (error && !data) return <ErrorBox problem={error} what="the lists" onRetry={refresh} />;
  if (!data) return <Skeleton rows={2} />;
  if (data.added.length + data.missing.length === 0) {
    return <p class="faint">Both runs list the same {plural(run.registered_count, "sensor")}.</p>;
  }
  return (
    <div class="changes">
      <Change sign="−" words="no longer listed" tone="down" entities={data.missing} run={run} />
      <Change sign="+" words="new in the list" tone="up" entities={data.added} run={run} />
    </div>
  );
}

type ChangeProps = { sign: string; words: string; tone: string; entities: Entity[]; run: Run };

const MOST = 50;

function Change({ sign, words, tone, entities, run }: ChangeProps) {
  if (entities.length === 0) return null;
  return (
    <div>
      <h3>
        {plural(entities.length, "sensor")} {words}
      </h3>
      <ul>
        {entities.slice(0, MOST).map((entity) => (
          <li key={`${entity.category}/${entity.name}/${entity.identity}`}>
            <span class={tone} aria-hidden="true">
              {sign}
            </span>{" "}
            <a href={to.sensor(run.system_id, entity)}>
              {entity.category} / {entity.name} / {entity.identity}
            </a>
          </li>
        ))}
      </ul>
      {entities.length > MOST && (
        <a href={to.run(run.system_id, run.run_id)}>
          all {entities.length}, on the page of the run
        </a>
      )}
    </div>
  );
}
