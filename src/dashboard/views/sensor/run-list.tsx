import { useMemo } from "preact/hooks";
import { loadAllPages } from "../../api/all-pages.ts";
import { serverNow } from "../../api/clock.ts";
import { usePages } from "../../api/pages.ts";
import { api } from "../../api/paths.ts";
import type { Entity, Run, RunList as RunPage } from "../../api/types.ts";
import { to } from "../../router/route.ts";
import { Skeleton } from "../../ui/skeleton.tsx";
import { RunMark } from "../../ui/state-mark.tsx";
import { type Bearer, runLook } from "../../ui/state-words.ts";
import { type Column, Table } from "../../ui/table.tsx";
import { Time } from "../../ui/time.tsx";
import { Loaded } from "../parts/loaded.tsx";

const columnsOf = (bearer: Bearer | undefined): Column<Run>[] => [
  { key: "run", title: "run", value: ({ run_id }) => run_id, class: "run-id" },
  {
    key: "state",
    title: "state",
    value: ({ state }) => runLook(state, bearer, serverNow()).word,
    cell: ({ state }) => <RunMark state={state} system={bearer} />,
  },
  {
    key: "started",
    title: "started",
    value: ({ started_at }) => started_at,
    cell: ({ started_at, received_at }) => <Time at={started_at} arrived={received_at} />,
  },
  {
    key: "ended",
    title: "ended",
    value: ({ ended_at, superseded_at }) => ended_at ?? superseded_at,
    cell: ({ ended_at, superseded_at }) => <Time at={ended_at ?? superseded_at} />,
  },
  {
    key: "fired",
    title: "activations",
    align: "end",
    hint: "of all its sensors",
    value: ({ fired_count }) => fired_count,
  },
  {
    key: "sensors",
    title: "sensors fired",
    align: "end",
    value: ({ fired_sensor_count }) => fired_sensor_count,
    cell: ({ fired_sensor_count, registered_count }) =>
      `${fired_sensor_count.toLocaleString("en-US")} of ${registered_count.toLocaleString("en-US")}`,
  },
  { key: "client", title: "client", value: ({ client }) => client?.version || undefined },
];

const rowsOf = ({ runs }: RunPage) => runs;

type Props = { system: string; entity: Entity; bearer: Bearer | undefined };

/** Every run that listed the sensor. `bearer` is the system, once it is known. */
export function RunList({ system, entity, bearer }: Props) {
  const columns = useMemo(() => columnsOf(bearer), [bearer]);
  const path = api.runs(system, { ...entity });
  const pages = usePages(path, {
    rows: rowsOf,
    step: 50,
    every: 30_000,
  });
  return (
    <Loaded resource={pages} what="the runs that listed it" room={<Skeleton rows={4} />}>
      {(runs) => (
        <Table
          label="runs"
          name="runs"
          file={`${system}-runs`}
          columns={columns}
          rows={runs}
          rowKey={({ run_id }) => run_id}
          href={({ run_id }) => to.run(system, run_id)}
          more={{
            hasMore: pages.hasMore,
            loading: pages.loadingMore,
            load: pages.loadMore,
            all: (onProgress) => loadAllPages(path, rowsOf, onProgress),
          }}
          empty={
            <p class="faint none">
              No run has listed it: it fired without being registered. List it where the run begins,
              and its silence will be noticed too.
            </p>
          }
        />
      )}
    </Loaded>
  );
}
