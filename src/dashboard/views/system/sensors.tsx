import { serverNow } from "../../api/clock.ts";
import type { Pages } from "../../api/pages.ts";
import type { Sensor } from "../../api/types.ts";
import { useQueryList } from "../../router/location.ts";
import { to } from "../../router/route.ts";
import { Chips } from "../../ui/chips.tsx";
import { roughly } from "../../ui/duration-words.ts";
import { countWords } from "../../ui/number-words.ts";
import { Skeleton } from "../../ui/skeleton.tsx";
import { Sparkline } from "../../ui/sparkline.tsx";
import { type Column, Table } from "../../ui/table.tsx";
import { Time } from "../../ui/time.tsx";
import { Loaded } from "../parts/loaded.tsx";
import { flagTone, flagWords, sensorKey } from "./sensor-words.ts";

const COLUMNS: readonly Column<Sensor>[] = [
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
    hint: "the mean time between two firings",
    align: "end",
    value: ({ usual_gap }) => usual_gap,
    cell: ({ usual_gap }) => (usual_gap === undefined ? "—" : roughly(usual_gap)),
  },
  {
    key: "rhythm",
    title: "24 h rhythm",
    value: () => undefined,
    cell: ({ hourly_counts }) => <Sparkline counts={hourly_counts} />,
  },
  {
    key: "flags",
    title: "flags",
    class: "full",
    value: (sensor) => flagWords(sensor, serverNow()) || undefined,
    cell: (sensor) => <span class={flagTone(sensor)}>{flagWords(sensor, serverNow())}</span>,
  },
];

export type AttentionKey = "missing" | "never_fired" | "silent" | "unregistered";

const FLAGS: { value: AttentionKey; label: string }[] = [
  { value: "missing", label: "missing" },
  { value: "never_fired", label: "never fired" },
  { value: "silent", label: "silent" },
  { value: "unregistered", label: "not registered" },
];

/** The sensors of a system, those that need a look first. */
export function Sensors({ pages, system }: { pages: Pages<Sensor>; system: string }) {
  const [chosen, setChosen] = useQueryList<AttentionKey>("flag");
  return (
    <Loaded resource={pages} what="the sensors" room={<Skeleton rows={6} />}>
      {(sensors) => (
        <Table
          label="sensors"
          name="sensors"
          file={`${system}-sensors`}
          columns={COLUMNS}
          rows={sensors}
          rowKey={sensorKey}
          href={({ entity }) => to.sensor(system, entity)}
          tools={<Chips label="flags" options={FLAGS} chosen={chosen} onChange={setChosen} />}
          empty={
            <p class="faint none">
              {chosen.length
                ? "No sensor has this flag."
                : "No sensor was ever listed, and none fired."}
            </p>
          }
          more={{ hasMore: pages.hasMore, loading: pages.loadingMore, load: pages.loadMore }}
        />
      )}
    </Loaded>
  );
}
