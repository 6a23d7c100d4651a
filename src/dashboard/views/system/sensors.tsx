import { useMemo } from "preact/hooks";
import { loadAllPages } from "../../api/all-pages.ts";
import { serverNow } from "../../api/clock.ts";
import type { Pages } from "../../api/pages.ts";
import type { Sensor, SensorList } from "../../api/types.ts";
import { useQueryList } from "../../router/location.ts";
import { to } from "../../router/route.ts";
import { Chips } from "../../ui/chips.tsx";
import { roughly } from "../../ui/duration-words.ts";
import { countWords } from "../../ui/number-words.ts";
import { Skeleton } from "../../ui/skeleton.tsx";
import { Sparkline } from "../../ui/sparkline.tsx";
import { type Column, Table } from "../../ui/table.tsx";
import { Time } from "../../ui/time.tsx";
import { FireIt } from "../parts/fire-it.tsx";
import { FIRST_SENSOR } from "../parts/first-commands.ts";
import { Loaded } from "../parts/loaded.tsx";
import { flagTone, flagWords, type PeerGaps, peerGaps, sensorKey } from "./sensor-words.ts";

const columnsOf = (peers: PeerGaps): readonly Column<Sensor>[] => [
  {
    key: "name",
    title: "name",
    value: ({ entity }) => entity.name,
    cell: ({ entity }) => entity.name,
  },
  { key: "category", title: "category", value: ({ entity }) => entity.category },
  { key: "identity", title: "identity", value: ({ entity }) => entity.identity },
  {
    key: "run",
    title: "this run",
    hint: "activations in the current run, of all there ever were",
    align: "end",
    value: ({ run_fired_count }) => run_fired_count,
    cell: ({ run_fired_count, fired_count, registered }) => (
      <>
        {registered || run_fired_count > 0 ? countWords(run_fired_count) : "—"}
        <span class="faint"> of {countWords(fired_count)}</span>
      </>
    ),
  },
  {
    key: "fired",
    title: "last fired",
    value: ({ last_fired_at }) => last_fired_at,
    cell: ({ last_fired_at }) => <Time at={last_fired_at} none="never" />,
  },
  {
    key: "gap",
    title: "usual gap",
    hint: "the time between two firings on average",
    align: "end",
    value: ({ usual_gap }) => usual_gap,
    cell: ({ usual_gap }) => (usual_gap === undefined ? "—" : roughly(usual_gap)),
  },
  {
    key: "rhythm",
    title: "24 h rhythm",
    hint: "activations by the hour; sorted by how many there were in the 24 hours",
    value: ({ hourly_counts }) => hourly_counts.reduce((sum, count) => sum + count, 0),
    cell: ({ hourly_counts }) => <Sparkline counts={hourly_counts} />,
  },
  {
    key: "flags",
    title: "flags",
    class: "full",
    value: (sensor) => flagWords(sensor, serverNow(), peers) || undefined,
    cell: (sensor) => <span class={flagTone(sensor)}>{flagWords(sensor, serverNow(), peers)}</span>,
  },
];

export type AttentionKey = "missing" | "never_fired" | "silent" | "unregistered";

const FLAGS: { value: AttentionKey; label: string }[] = [
  { value: "missing", label: "missing" },
  { value: "never_fired", label: "never fired" },
  { value: "silent", label: "silent" },
  { value: "unregistered", label: "not registered" },
];

type Props = {
  pages: Pages<Sensor>;
  /** What the pages are of. */
  path: string;
  system: string;
  /** The run of the system that goes on. */
  run: string | undefined;
};

export const sensorsOf = ({ sensors }: SensorList) => sensors;

/** The sensors of a system, those that need a look first. */
export function Sensors({ pages, path, system, run }: Props) {
  const [chosen, setChosen] = useQueryList<AttentionKey>("flag");
  const columns = useMemo(() => columnsOf(peerGaps(pages.data ?? [])), [pages.data]);
  return (
    <Loaded resource={pages} what="the sensors" room={<Skeleton rows={6} />}>
      {(sensors) => (
        <Table
          label="sensors"
          name="sensors"
          file={`${system}-sensors`}
          columns={columns}
          rows={sensors}
          rowKey={sensorKey}
          href={({ entity }) => to.sensor(system, entity)}
          tools={<Chips label="flags" options={FLAGS} chosen={chosen} onChange={setChosen} />}
          empty={
            chosen.length ? (
              <p class="faint none">No sensor has this flag.</p>
            ) : (
              <FireIt
                title="No sensor was ever listed, and none fired."
                system={system}
                run={run}
                entity={FIRST_SENSOR}
              />
            )
          }
          more={{
            hasMore: pages.hasMore,
            loading: pages.loadingMore,
            load: pages.loadMore,
            all: (onProgress) => loadAllPages(path, sensorsOf, onProgress),
          }}
        />
      )}
    </Loaded>
  );
}
