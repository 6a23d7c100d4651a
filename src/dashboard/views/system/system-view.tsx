import { usePages } from "../../api/pages.ts";
import { api, onlySensor } from "../../api/paths.ts";
import { REFRESH_MS, useResource } from "../../api/resource.ts";
import type { Sensor, System } from "../../api/types.ts";
import { setQuery, useQueryList } from "../../router/location.ts";
import { to } from "../../router/route.ts";
import { useTitle } from "../../shell/title.ts";
import { Empty } from "../../ui/empty.tsx";
import { ErrorBox } from "../../ui/error-box.tsx";
import { countWords } from "../../ui/number-words.ts";
import { Skeleton } from "../../ui/skeleton.tsx";
import { runningRun } from "../parts/fire-it.tsx";
import { firstFiring } from "../parts/first-commands.ts";
import { Loaded } from "../parts/loaded.tsx";
import { Activations } from "./activations.tsx";
import { HeatWeek } from "./heat-week.tsx";
import { Ribbon } from "./ribbon.tsx";
import { RunDiff } from "./run-diff.tsx";
import { type AttentionKey, Sensors, sensorsOf } from "./sensors.tsx";
import { SystemHead } from "./system-head.tsx";

/** How is this system, and which of its sensors is dead or missing? */
export function SystemView({ system: id }: { system: string }) {
  useTitle(id);
  const system = useResource<System>(api.system(id), { every: REFRESH_MS });
  const [flags] = useQueryList<AttentionKey>("flag");
  const path = api.sensors(id, { attention: flags.map((flag) => flag.toUpperCase()) });
  const sensors = usePages(path, { rows: sensorsOf, every: 2 * REFRESH_MS, step: 200 });

  if (system.error && !system.data) {
    return (
      <>
        <h1>{id}</h1>
        <ErrorBox problem={system.error} what={id} onRetry={system.refresh} />
        {system.error.isNotFound && (
          <Empty
            title="If it is still to come"
            commands={[firstFiring(id, "It is there once it has registered a run, or fired:")]}
          >
            <a href={to.fleet()}>To the fleet</a>, or press <kbd>/</kbd> and search.
          </Empty>
        )}
      </>
    );
  }
  const pick = ({ entity }: Sensor, since: Date, until: Date) => {
    setQuery({
      ...onlySensor(entity),
      since: since.toISOString(),
      until: until.toISOString(),
      show: "history",
    });
    document.querySelector("#activations")?.scrollIntoView({ block: "start" });
  };
  return (
    <>
      <Loaded resource={system} what={id} room={<Skeleton rows={3} />}>
        {(data) => <SystemHead system={data} />}
      </Loaded>
      <Ribbon system={id} bearer={system.data} />
      {system.data?.current_run && <RunDiff run={system.data.current_run} />}
      <section aria-labelledby="sensors-title">
        <div class="section-head">
          <h2 id="sensors-title">sensors</h2>
        </div>
        <Sensors pages={sensors} path={path} system={id} run={runningRun(system.data)} />
      </section>
      {sensors.data && sensors.data.length > 0 && (
        <section aria-labelledby="heat-title">
          <div class="section-head">
            <h2 id="heat-title">by the hour, 7 days</h2>
            <span class="faint">
              {sensors.hasMore && `the first ${countWords(sensors.data.length)} sensors; `}a click
              shows what is in a cell
            </span>
          </div>
          <HeatWeek system={id} sensors={sensors.data} onPick={pick} />
        </section>
      )}
      <Activations system={id} />
    </>
  );
}
