import type { ComponentChildren } from "preact";
import { useMemo } from "preact/hooks";
import { usePages } from "../../api/pages.ts";
import { type ActivationFilters, api } from "../../api/paths.ts";
import type { Activation, ActivationList, Entity } from "../../api/types.ts";
import { to } from "../../router/route.ts";
import { lagWords } from "../../ui/duration-words.ts";
import { Skeleton } from "../../ui/skeleton.tsx";
import { type Column, Table } from "../../ui/table.tsx";
import { Time } from "../../ui/time.tsx";
import { clockWords, dateWords } from "../../ui/time-words.ts";
import { marksOf } from "./activation-marks.ts";
import { ClockShape } from "./clock-shape.tsx";
import { Loaded } from "./loaded.tsx";

type Props = {
  filters: ActivationFilters;
  /** Only this sensor: a name may hold a star, which the filter takes for any text. */
  entity?: Entity;
  /** Columns that would say the same in each row. */
  without: "sensor" | "run";
  /** The name of the file to save. */
  file: string;
  /** Shown where there is nothing at all. */
  empty: ComponentChildren;
};

const SEEN_AT_ONCE = 50;
const REFRESH_MS = 10_000;

/** Activations at their own time, the newest first; one that arrived late has a hollow mark. */
export function ActivationTable({ filters, entity, without, file, empty }: Props) {
  const rows = ({ activations }: ActivationList) =>
    entity ? activations.filter((activation) => same(activation.entity, entity)) : activations;
  const pages = usePages(api.activations(filters), {
    rows,
    step: SEEN_AT_ONCE,
    every: REFRESH_MS,
  });
  const columns = useMemo(() => COLUMNS.filter(({ key }) => key !== without), [without]);
  return (
    <Loaded resource={pages} what="the activations" room={<Skeleton rows={8} />}>
      {(activations) => (
        <Table
          label="activations"
          name="history"
          file={file}
          csvHref={api.csv(filters)}
          columns={columns}
          rows={activations}
          rowKey={({ system_id, activation_id }) => `${system_id} ${activation_id}`}
          more={{ hasMore: pages.hasMore, loading: pages.loadingMore, load: pages.loadMore }}
          empty={
            pages.hasMore ? (
              <p class="none">
                Nothing in the latest part of the history.{" "}
                <button type="button" class="button" onClick={pages.loadMore}>
                  look further back
                </button>
              </p>
            ) : (
              empty
            )
          }
        />
      )}
    </Loaded>
  );
}

const COLUMNS: Column<Activation>[] = [
  {
    key: "at",
    title: "happened",
    hint: "by the device's clock; by the server's where the device's was wrong",
    value: ({ shown_at }) => shown_at,
    cell: ({ late, shown_at }) => (
      <span class="activation-at">
        <span class={late ? "activation-dot hollow" : "activation-dot"} aria-hidden="true" />
        {dateWords(shown_at)} {clockWords(shown_at)}
      </span>
    ),
  },
  {
    key: "ago",
    title: "ago",
    value: ({ shown_at }) => shown_at,
    cell: ({ shown_at, received_at }) => <Time at={shown_at} arrived={received_at} />,
  },
  {
    key: "sensor",
    title: "sensor",
    value: ({ entity }) => entityWords(entity),
    cell: ({ system_id, entity }) => (
      <a href={to.sensor(system_id, entity)}>{entityWords(entity)}</a>
    ),
  },
  {
    key: "arrived",
    title: "arrived",
    hint: "how long after it happened it was at the server",
    align: "end",
    value: ({ received_at }) => received_at,
    cell: ({ clock_suspect, occurred_at, received_at }) =>
      clock_suspect || !occurred_at || !received_at
        ? "—"
        : lagWords(received_at.getTime() - occurred_at.getTime()),
  },
  {
    key: "seq",
    title: "no.",
    hint: "its number in the run, counted by the client",
    align: "end",
    value: ({ seq }) => seq || undefined,
  },
  {
    key: "marks",
    title: "marks",
    value: (activation) =>
      marksOf(activation)
        .map(({ word }) => word)
        .join(", "),
    cell: (activation) => marksOf(activation).map((mark) => <Mark key={mark.word} {...mark} />),
  },
  {
    key: "attributes",
    title: "attributes",
    value: ({ attributes }) =>
      Object.entries(attributes)
        .map(([key, value]) => `${key}=${value}`)
        .join(" "),
  },
  {
    key: "run",
    title: "run",
    value: ({ run_id }) => run_id,
    cell: ({ system_id, run_id }) => (
      <a class="activation-run" href={to.run(system_id, run_id)}>
        {run_id.slice(0, 13)}
      </a>
    ),
  },
  { key: "id", title: "id", class: "activation-id", value: ({ activation_id }) => activation_id },
];

function Mark({ shape, word, meaning }: ReturnType<typeof marksOf>[number]) {
  return (
    <span class="late activation-mark" data-tip={meaning}>
      {word === "clock" ? <ClockShape /> : shape} {word}
    </span>
  );
}

/** "door/quay gate/d-01". */
export function entityWords({ category, name, identity }: Entity): string {
  return [category, name, identity].join("/");
}

function same(a: Entity, b: Entity): boolean {
  return a.category === b.category && a.name === b.name && a.identity === b.identity;
}
