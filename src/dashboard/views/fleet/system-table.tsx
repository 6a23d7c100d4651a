import { serverNow } from "../../api/clock.ts";
import type { System } from "../../api/types.ts";
import { to } from "../../router/route.ts";
import { durationWords } from "../../ui/duration-words.ts";
import { countWords } from "../../ui/number-words.ts";
import { Sparkline } from "../../ui/sparkline.tsx";
import { StateMark } from "../../ui/state-mark.tsx";
import { systemLook } from "../../ui/state-words.ts";
import { type Column, type More, Table } from "../../ui/table.tsx";
import { Time } from "../../ui/time.tsx";

const COLUMNS: readonly Column<System>[] = [
  { key: "system", title: "system", value: ({ system_id }) => system_id },
  {
    key: "state",
    title: "state",
    value: ({ state }) => systemLook(state).word,
    cell: ({ state }) => <StateMark state={state} />,
  },
  {
    key: "seen",
    title: "last seen",
    value: ({ last_seen_at }) => last_seen_at,
    cell: ({ last_seen_at }) => <Time at={last_seen_at} />,
  },
  {
    key: "fired",
    title: "last fired",
    value: ({ last_fired_at }) => last_fired_at,
    cell: ({ last_fired_at }) => <Time at={last_fired_at} none="never" />,
  },
  {
    key: "run",
    title: "run",
    hint: "how long ago its current run began",
    align: "end",
    value: ({ current_run }) => current_run?.started_at,
    cell: ({ current_run }) =>
      current_run?.started_at ? durationWords(serverNow() - current_run.started_at.getTime()) : "—",
  },
  {
    key: "sensors",
    title: "sensors",
    align: "end",
    value: ({ current_run }) => current_run?.registered_count ?? 0,
  },
  {
    key: "day",
    title: "24 h",
    hint: "activations in the last 24 hours, by the hour and in all",
    align: "end",
    value: dayOf,
    cell: (system) => (
      <span class="day">
        <Sparkline counts={system.hourly_counts} /> {countWords(dayOf(system))}
      </span>
    ),
  },
  {
    key: "backlog",
    title: "backlog",
    align: "end",
    hint: "activations that waited on the client when it last spoke",
    value: ({ report }) => report?.spooled,
  },
  {
    key: "lost",
    title: "lost",
    align: "end",
    hint: "activations that the client says it had to drop",
    value: ({ report }) => report?.lost,
  },
];

type Props = {
  systems: readonly System[] /** The name of the file to save. */;
  file: string;
  more: More<System>;
};

/** Systems as rows, to sort and to copy. */
export function SystemTable({ systems, file, more }: Props) {
  return (
    <Table
      label="systems"
      name="systems"
      file={file}
      columns={COLUMNS}
      rows={systems}
      rowKey={({ system_id }) => system_id}
      href={({ system_id }) => to.system(system_id)}
      filterable={false}
      more={more}
      empty={<p class="faint none">Nothing here that the filter leaves.</p>}
    />
  );
}

function dayOf({ hourly_counts }: System): number {
  return hourly_counts.reduce((sum, count) => sum + count, 0);
}
