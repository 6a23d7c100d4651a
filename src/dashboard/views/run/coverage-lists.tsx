import type { CoveredSensor, Entity, RunCoverage } from "../../api/types.ts";
import { to } from "../../router/route.ts";
import { countWords } from "../../ui/number-words.ts";
import { type Column, Table } from "../../ui/table.tsx";
import { Time } from "../../ui/time.tsx";
import { Panel } from "../parts/panel.tsx";

type Props = { system: string; run: string; previous: string; coverage: RunCoverage };

/** What the list of a run promised, and what came of it. */
export function CoverageLists({ system, run, previous, coverage }: Props) {
  const { fired, never_fired, unregistered, missing, added } = coverage;
  const shared = { system, file: run };
  return (
    <>
      <ul class="coverage-sum">
        <Sum id="never" count={never_fired.length} words="never fired" tone="late" shape="○" />
        {previous && (
          <Sum id="missing" count={missing.length} words="missing" tone="down" shape="−" />
        )}
        <Sum
          id="unregistered"
          count={unregistered.length}
          words="not listed"
          tone="late"
          shape="△"
        />
        {previous && <Sum id="added" count={added.length} words="added" tone="up" shape="+" />}
        <Sum id="fired" count={fired.length} words="fired" tone="up" shape="●" />
      </ul>
      <div class="columns">
        <Panel id="never" title="listed, never fired" note={countWords(never_fired.length)}>
          <Entities
            {...shared}
            name="never"
            rows={never_fired}
            empty="Every listed sensor fired."
          />
        </Panel>
        <Panel
          id="unregistered"
          title="fired without being listed"
          note={countWords(unregistered.length)}
        >
          <Covered {...shared} name="unregistered" rows={unregistered} empty="None." />
        </Panel>
      </div>
      {previous ? (
        <div class="columns">
          <Panel
            id="missing"
            title="missing against the previous run"
            note={countWords(missing.length)}
            tools={<a href={to.run(system, previous)}>previous run</a>}
          >
            <Entities
              {...shared}
              name="missing"
              sign="−"
              rows={missing}
              empty="None: every sensor of the previous list is in this one."
            />
          </Panel>
          <Panel id="added" title="added since the previous run" note={countWords(added.length)}>
            <Entities {...shared} name="added" sign="+" rows={added} empty="None." />
          </Panel>
        </div>
      ) : (
        <p class="faint none">
          The first run of this system: there is no list before it to compare with.
        </p>
      )}
      <Panel id="fired" title="listed, fired" note={countWords(fired.length)}>
        <Covered {...shared} name="fired" rows={fired} empty="No listed sensor has fired yet." />
      </Panel>
    </>
  );
}

type SumProps = { id: string; count: number; words: string; tone: string; shape: string };

/** A number that leads to its list; grey where there is nothing to look at. */
function Sum({ id, count, words, tone, shape }: SumProps) {
  return (
    <li>
      <a href={`#${id}`} class={count === 0 ? "mark stopped" : `mark ${tone}`}>
        <span class="shape" aria-hidden="true">
          {shape}
        </span>
        <strong class="num">{countWords(count)}</strong> {words}
      </a>
    </li>
  );
}

type ListProps<Row> = {
  system: string;
  file: string;
  name: string;
  rows: readonly Row[];
  empty: string;
};

const PARTS = ["category", "name", "identity"] as const;

const SIGNS: Record<string, string> = { "+": "up", "−": "down" };

function Entities({
  system,
  file,
  name,
  rows,
  empty,
  sign,
}: ListProps<Entity> & { sign?: string }) {
  const columns = PARTS.map<Column<Entity>>((part) => ({
    key: part,
    title: part,
    value: (entity) => entity[part],
    ...(part === "category" &&
      sign && {
        cell: (entity: Entity) => (
          <>
            <span class={SIGNS[sign]} aria-hidden="true">
              {sign}
            </span>{" "}
            {entity.category}
          </>
        ),
      }),
  }));
  return (
    <Table
      label="sensors"
      name={name}
      file={`${file} ${name}`}
      columns={columns}
      rows={rows}
      rowKey={(entity) => JSON.stringify(entity)}
      href={(entity) => to.sensor(system, entity)}
      empty={<p class="faint none">{empty}</p>}
    />
  );
}

const COVERED: Column<CoveredSensor>[] = [
  ...PARTS.map<Column<CoveredSensor>>((part) => ({
    key: part,
    title: part,
    value: ({ entity }) => entity[part],
  })),
  { key: "count", title: "fired", align: "end", value: ({ fired_count }) => fired_count },
  {
    key: "first",
    title: "first",
    value: ({ first_fired_at }) => first_fired_at,
    cell: ({ first_fired_at }) => <Time at={first_fired_at} />,
  },
  {
    key: "last",
    title: "last",
    value: ({ last_fired_at }) => last_fired_at,
    cell: ({ last_fired_at }) => <Time at={last_fired_at} />,
  },
];

function Covered({ system, file, name, rows, empty }: ListProps<CoveredSensor>) {
  return (
    <Table
      label="sensors"
      name={name}
      file={`${file} ${name}`}
      columns={COVERED}
      rows={rows}
      rowKey={({ entity }) => JSON.stringify(entity)}
      href={({ entity }) => to.sensor(system, entity)}
      empty={<p class="faint none">{empty}</p>}
    />
  );
}
