import { serverNow, tick } from "../../api/clock.ts";
import { api } from "../../api/paths.ts";
import { REFRESH_MS, useResource } from "../../api/resource.ts";
import type { Entity, Run, RunCoverage, System } from "../../api/types.ts";
import { to } from "../../router/route.ts";
import { useTitle } from "../../shell/title.ts";
import { durationWords } from "../../ui/duration-words.ts";
import { countWords } from "../../ui/number-words.ts";
import { Skeleton } from "../../ui/skeleton.tsx";
import { RunMark } from "../../ui/state-mark.tsx";
import { Time } from "../../ui/time.tsx";
import { ActivationTable } from "../parts/activation-table.tsx";
import { ClockShape } from "../parts/clock-shape.tsx";
import { Facts } from "../parts/facts.tsx";
import { FireIt } from "../parts/fire-it.tsx";
import { Loaded } from "../parts/loaded.tsx";
import { Panel } from "../parts/panel.tsx";
import { completenessLook } from "./completeness-words.ts";
import { CoverageLists } from "./coverage-lists.tsx";
import { endWords, runLength } from "./run-words.ts";
import { SeqStrip } from "./seq-strip.tsx";

/** One run of a system: whether all of it arrived, and what its sensors did. */
export function RunView({ system, run }: { system: string; run: string }) {
  useTitle(`run ${run.slice(0, 13)} of ${system}`);
  const found = useResource<Run>(api.run(system, run), { every: REFRESH_MS });
  // Only its system's signs of life say whether the current run runs.
  const bearer = useResource<System>(
    found.data?.state === "RUNNING" ? api.system(system) : undefined,
    { every: REFRESH_MS },
  );
  const known = found.error?.isNotFound !== true;
  const coverage = useResource<RunCoverage>(known ? api.coverage(system, run) : undefined, {
    every: 2 * REFRESH_MS,
  });
  const previous = found.data?.previous_run_id ?? coverage.data?.run?.previous_run_id ?? "";
  return (
    <>
      <header class="view-head">
        <p class="trail">
          <a href={to.system(system)}>{system}</a> <span class="faint">/ run</span>
        </p>
        <h1 class="run-title">{run}</h1>
        {found.data && (found.data.state !== "RUNNING" || bearer.data || bearer.error) && (
          <RunMark state={found.data.state} system={bearer.data} />
        )}
        <span class="gap" />
        {previous && <a href={to.run(system, previous)}>previous run</a>}
        <a class="quiet-button" href={api.csv({ system_id: system, run_id: run })} download>
          all activations as CSV
        </a>
      </header>
      <Loaded resource={found} what={`the run ${run}`} room={<Skeleton rows={6} />}>
        {(data) => <RunHead run={data} silentSince={silentSince(bearer.data)} />}
      </Loaded>
      {known && (
        <>
          <Panel id="coverage" title="what its list promised, and what came">
            <Loaded resource={coverage} what="what its sensors did" room={<Skeleton rows={12} />}>
              {(data) => (
                <CoverageLists system={system} run={run} previous={previous} coverage={data} />
              )}
            </Loaded>
          </Panel>
          <Panel
            id="history"
            title="activations"
            note="newest first; hollow: it arrived late"
            tools={<a href={`${to.live()}?${new URLSearchParams({ system })}`}>live</a>}
          >
            <ActivationTable
              filters={{ system_id: system, run_id: run }}
              without="run"
              file={`${system} ${run}`}
              empty={<NothingFired run={found.data} sensor={coverage.data?.never_fired[0]} />}
            />
          </Panel>
        </>
      )}
    </>
  );
}

function RunHead({ run, silentSince }: { run: Run; silentSince: Date | undefined }) {
  tick.value; // It lasts longer with every second.
  const look = completenessLook(run.completeness, run.state);
  const { client, labels } = run;
  const end = endWords(run);
  return (
    <>
      <div class="completeness">
        <p class={`mark says ${look.tone}`}>
          <span class="shape" aria-hidden="true">
            {look.shape}
          </span>{" "}
          {look.words}
        </p>
        {run.completeness && <SeqStrip completeness={run.completeness} />}
        {look.more.map((words) => (
          <p class="says" key={words}>
            {words}
          </p>
        ))}
        {end && <p class="says">{end}</p>}
      </div>
      <Facts
        facts={[
          {
            name: "started",
            value: <Time focusable at={run.started_at} arrived={run.received_at} />,
          },
          run.clock_suspect && {
            name: "clock",
            value: (
              <span class="late">
                <ClockShape /> suspect
              </span>
            ),
            hint: "the device's clock could not be right: the start is when the server heard of it",
          },
          {
            name: lengthName(run, silentSince),
            value: runLength(run, silentSince?.getTime() ?? serverNow()),
          },
          (run.ended_at ?? run.superseded_at) !== undefined && {
            name: run.ended_at ? "ended" : "replaced",
            value: <Time focusable at={run.ended_at ?? run.superseded_at} />,
          },
          { name: "activations", value: countWords(run.fired_count) },
          { name: "last fired", value: <Time focusable at={run.last_fired_at} none="never" /> },
          {
            name: "sensors",
            value: `${countWords(run.fired_sensor_count)} of ${countWords(run.registered_count)} fired`,
          },
          {
            name: "down after",
            value:
              run.silent_after === undefined
                ? "the server's default"
                : durationWords(run.silent_after),
            hint: "how long without a sign of life before the system counts as down",
          },
          {
            name: "client",
            value: [client?.name, client?.version].filter(Boolean).join(" ") || "—",
          },
          { name: "host", value: client?.host || "—" },
        ]}
      />
      {Object.keys(labels).length > 0 && (
        <p class="run-labels">
          {Object.entries(labels).map(([key, value]) => (
            <span class="label" key={key}>
              {key}={value}
            </span>
          ))}
        </p>
      )}
    </>
  );
}

function lengthName(run: Run, silentSince: Date | undefined): string {
  if (run.state !== "RUNNING") return "ran for";
  return silentSince ? "heard for" : "runs for";
}

/** The last sign of life of a system that owes one. */
function silentSince(system: System | undefined): Date | undefined {
  const isSilent = system?.state === "DOWN" || system?.state === "LATE";
  return isSilent ? system.last_seen_at : undefined;
}

type NothingFiredProps = { run: Run | undefined; sensor: Entity | undefined };

function NothingFired({ run, sensor }: NothingFiredProps) {
  if (run?.state !== "RUNNING") return <p class="faint none">Nothing fired in this run.</p>;
  return (
    <FireIt
      title="Nothing has fired in this run yet."
      system={run.system_id}
      run={run.run_id}
      entity={sensor}
    />
  );
}
