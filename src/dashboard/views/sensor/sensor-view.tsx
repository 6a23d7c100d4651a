import { useMemo } from "preact/hooks";
import { serverNow, tick } from "../../api/clock.ts";
import { api, onlySensor } from "../../api/paths.ts";
import { REFRESH_MS, useResource } from "../../api/resource.ts";
import type { Counts, Entity, Rhythm, Sensor, System } from "../../api/types.ts";
import { GapHistogram } from "../../charts/gap-histogram.tsx";
import { TimeBars } from "../../charts/time-bars.tsx";
import { WeekHours } from "../../charts/week-hours.tsx";
import { to } from "../../router/route.ts";
import { useTitle } from "../../shell/title.ts";
import { ageWords, durationWords, roughly } from "../../ui/duration-words.ts";
import { countWords, plural } from "../../ui/number-words.ts";
import { Skeleton } from "../../ui/skeleton.tsx";
import { Time } from "../../ui/time.tsx";
import { ActivationTable, entityWords } from "../parts/activation-table.tsx";
import { Facts } from "../parts/facts.tsx";
import { FireIt, runningRun } from "../parts/fire-it.tsx";
import { ChartRoom, Loaded } from "../parts/loaded.tsx";
import { Panel } from "../parts/panel.tsx";
import { firstHour } from "./count-range.ts";
import { RunList } from "./run-list.tsx";
import { gapRatioWords, type SensorContext, sensorLook } from "./sensor-words.ts";

const SLOWER_MS = 15_000;

/** One sensor: how it is, when it fires, and everything it ever did. */
export function SensorView({ system, entity }: { system: string; entity: Entity }) {
  const name = entityWords(entity);
  useTitle(`${name} of ${system}`);
  const sensor = useResource<Sensor>(api.sensor(system, entity), { every: REFRESH_MS });
  const known = sensor.error?.isNotFound !== true;
  const since = useMemo(() => firstHour(serverNow()), []);
  const body = useMemo(
    () => ({ system_id: system, entities: [entity], since, step: "HOUR" }),
    [system, entity, since],
  );
  const counts = useResource<Counts>(known ? api.counts() : undefined, { every: SLOWER_MS, body });
  const bearer = useResource<System>(known ? api.system(system) : undefined, { every: REFRESH_MS });
  const rhythm = useResource<Rhythm>(known ? api.rhythm(system, entity) : undefined, {
    every: SLOWER_MS,
  });
  return (
    <>
      <header class="view-head">
        <p class="trail">
          <a href={to.system(system)}>{system}</a> <span class="faint">/ sensor</span>
        </p>
        <h1>
          <span class="faint">{entity.category}</span> {entity.name}{" "}
          <span class="faint">{entity.identity}</span>
        </h1>
        <span class="gap" />
        <a
          class="quiet-button"
          href={api.csv({ system_id: system, ...onlySensor(entity) })}
          download
        >
          all activations as CSV
        </a>
      </header>
      <Loaded resource={sensor} what={`the sensor ${name}`} room={<Skeleton rows={3} />}>
        {(found) => (
          <SensorHead
            sensor={found}
            context={{ p90Ms: rhythm.data?.p90, system: bearer.data?.state }}
          />
        )}
      </Loaded>
      {known && (
        <>
          <Panel id="hours" title="activations by the hour" note="30 days, in your time zone">
            <Loaded resource={counts} what="its counts" room={<ChartRoom height={232} />}>
              {({ since: start, series }) => (
                <TimeBars start={start} counts={series[0]?.counts ?? []} />
              )}
            </Loaded>
          </Panel>
          <div class="columns">
            <Panel id="week" title="by weekday and hour" note="30 days, in your time zone">
              <Loaded resource={counts} what="its counts" room={<ChartRoom height={212} />}>
                {({ since: start, series }) => (
                  <WeekHours start={start} counts={series[0]?.counts ?? []} />
                )}
              </Loaded>
            </Panel>
            <Panel
              id="gaps"
              title="gaps between firings"
              note={
                rhythm.data && rhythm.data.gaps > 0
                  ? `the latest ${countWords(rhythm.data.gaps)}`
                  : undefined
              }
            >
              <Loaded resource={rhythm} what="its rhythm" room={<ChartRoom height={200} />}>
                {(found) => <Gaps rhythm={found} />}
              </Loaded>
            </Panel>
          </div>
          <Panel id="runs" title="runs that listed it">
            <RunList system={system} entity={entity} bearer={bearer.data} />
          </Panel>
          <Panel id="history" title="history" note="newest first; ◇ hollow: it arrived late">
            <ActivationTable
              filters={{ system_id: system, ...onlySensor(entity) }}
              entity={entity}
              without="sensor"
              file={`${system} ${entity.category} ${entity.name} ${entity.identity}`}
              empty={
                <FireIt
                  title="It has not fired."
                  system={system}
                  run={runningRun(bearer.data)}
                  entity={entity}
                />
              }
            />
          </Panel>
        </>
      )}
    </>
  );
}

function SensorHead({ sensor, context }: { sensor: Sensor; context: SensorContext }) {
  tick.value; // The silence grows with every second.
  const now = serverNow();
  const look = sensorLook(sensor, now, context);
  const silent = sensor.last_fired_at && now - sensor.last_fired_at.getTime();
  const ratio = silent === undefined ? undefined : gapRatioWords(silent, sensor.usual_gap);
  return (
    <>
      <p class={`mark says ${look.tone} sensor-state`}>
        <span class="shape" aria-hidden="true">
          {look.shape}
        </span>{" "}
        {look.words}
      </p>
      <Facts
        facts={[
          { name: "last fired", value: <Time focusable at={sensor.last_fired_at} none="never" /> },
          silent !== undefined && {
            name: "silent for",
            value: (
              <>
                {ageWords(Math.max(0, silent))}
                {ratio && (
                  <span class={sensor.attention === "SILENT" ? "late" : "faint"}> {ratio}</span>
                )}
              </>
            ),
          },
          {
            name: "mean gap",
            value: sensor.usual_gap === undefined ? "—" : roughly(sensor.usual_gap),
            hint: "the time between two firings on average, since the first; most gaps may be shorter",
          },
          { name: "fired in all", value: plural(sensor.fired_count, "time") },
          { name: "in this run", value: plural(sensor.run_fired_count, "time") },
          { name: "first fired", value: <Time focusable at={sensor.first_fired_at} /> },
          { name: "known since", value: <Time focusable at={sensor.created_at} /> },
        ]}
      />
    </>
  );
}

function Gaps({ rhythm }: { rhythm: Rhythm }) {
  const buckets = useMemo(
    () => rhythm.buckets.map(({ at_least, count }) => ({ atLeastMs: at_least ?? 0, count })),
    [rhythm],
  );
  if (rhythm.gaps === 0) {
    return <p class="faint none">A gap needs two firings; there are fewer.</p>;
  }
  return (
    <GapHistogram
      buckets={buckets}
      medianMs={rhythm.median}
      p90Ms={rhythm.p90}
      currentMs={rhythm.current}
      durationWords={durationWords}
    />
  );
}
