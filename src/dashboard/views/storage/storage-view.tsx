import { useMemo } from "preact/hooks";
import { api } from "../../api/paths.ts";
import { REFRESH_MS, useResource } from "../../api/resource.ts";
import type { ServerProcess, Storage } from "../../api/types.ts";
import { Lines } from "../../charts/lines.tsx";
import { useQuery } from "../../router/location.ts";
import { useTitle } from "../../shell/title.ts";
import { durationWords } from "../../ui/duration-words.ts";
import { Empty } from "../../ui/empty.tsx";
import { bytesWords, countWords, plural, rateWords, shortCount } from "../../ui/number-words.ts";
import { Skeleton } from "../../ui/skeleton.tsx";
import { type Column, Table } from "../../ui/table.tsx";
import { Time } from "../../ui/time.tsx";
import { Facts } from "../parts/facts.tsx";
import { ChartRoom, Loaded } from "../parts/loaded.tsx";
import { Panel } from "../parts/panel.tsx";
import { aheadWords, diskWords, growthWords, keptDays, parseDisk } from "./forecast-words.ts";
import { type DayRow, dayRows, utcDayWords } from "./storage-days.ts";

/** How much room is left, and does everything run? */
export function StorageView() {
  useTitle("Storage");
  const storage = useResource<Storage>(api.storage(), { every: 2 * REFRESH_MS });
  return (
    <>
      <header class="view-head">
        <h1>Storage</h1>
      </header>
      <Loaded resource={storage} what="the storage" room={<Room />}>
        {(data) => <Content storage={data} />}
      </Loaded>
    </>
  );
}

function Room() {
  return (
    <>
      <Skeleton rows={5} />
      <ChartRoom height={260} />
      <Skeleton rows={10} />
    </>
  );
}

function Content({ storage }: { storage: Storage }) {
  const ahead = aheadWords(storage.server_time, storage.partitions_until);
  const edge = storage.retention_edge;
  const days = keptDays(storage);
  const kept = edge && days !== undefined ? { edge, days } : undefined;
  return (
    <>
      <p class="says storage-says">{growthWords(storage)}</p>
      <Disk storage={storage} />
      <Facts
        facts={[
          { name: "database", value: bytesWords(storage.database_bytes) },
          {
            name: "activations",
            value: `${shortCount(storage.activation_rows)} in ${bytesWords(storage.activation_bytes)}`,
            hint: "those that are kept; bytes with their indexes",
          },
          {
            name: "kept",
            value: kept ? (
              <>
                {plural(kept.days, "day")}{" "}
                <span class="faint">since {utcDayWords(kept.edge.getTime())}</span>
              </>
            ) : (
              "—"
            ),
            hint: "everything before is gone",
          },
          {
            name: "days ahead",
            value: ahead.isShort ? <span class="down">○ {ahead.words}</span> : ahead.words,
            hint: "days that have a partition waiting for them; the keeper makes them",
          },
          {
            name: "strays",
            value:
              storage.stray_rows > 0 ? (
                <span class="late">◇ {countWords(storage.stray_rows)}</span>
              ) : (
                "0"
              ),
            hint: "activations with times that no partition covers",
          },
        ]}
      />
      <Panel id="days" title="by day" note="days of UTC">
        <Days storage={storage} />
      </Panel>
      <div class="columns">
        <Panel id="way" title="from the sensor to the page">
          <Way storage={storage} />
        </Panel>
        <Panel id="database" title="database">
          <Facts
            facts={[
              { name: "PostgreSQL", value: storage.postgres_version || "—" },
              { name: "schema", value: storage.schema_version || "—" },
              { name: "last migration", value: <Time at={storage.migrated_at} none="never" /> },
            ]}
          />
        </Panel>
      </div>
      <Panel id="processes" title="programs connected to the database">
        <Table
          label="programs"
          name="processes"
          columns={PROCESSES}
          rows={storage.processes}
          rowKey={({ name, version, address }) => `${name} ${version} ${address}`}
          empty={<p class="faint none">None shows itself, though one answered this.</p>}
        />
        <Keepers processes={storage.processes} />
      </Panel>
    </>
  );
}

/** The server does not know how large its disk is; whoever asks does. */
function Disk({ storage }: { storage: Storage }) {
  const [text, setText] = useQuery("disk");
  const bytes = parseDisk(text);
  const words = diskWords(storage, bytes);
  const isWrong = text !== "" && bytes === undefined;
  return (
    <p class="disk">
      <label>
        <span class="faint">with a disk of</span>{" "}
        <input
          class="field"
          inputMode="text"
          placeholder="100 GB"
          value={text}
          aria-invalid={isWrong}
          onInput={(event) => setText(event.currentTarget.value)}
        />
      </label>{" "}
      <span aria-live="polite">
        {isWrong
          ? "A size, please: 100 GB, 2 TB."
          : (words ?? (
              <span class="faint">say how large it is, and this says when it is full</span>
            ))}
      </span>
    </p>
  );
}

const DAYS: Column<DayRow>[] = [
  {
    key: "day",
    title: "day",
    value: ({ day }) => day,
    cell: ({ day }) => utcDayWords(day.getTime()),
  },
  {
    key: "rows",
    title: "activations",
    align: "end",
    value: ({ rows }) => rows,
    cell: ({ rows }) => countWords(rows),
  },
  {
    key: "bytes",
    title: "size",
    align: "end",
    value: ({ bytes }) => bytes,
    cell: ({ bytes }) => bytesWords(bytes),
  },
  {
    key: "each",
    title: "bytes each",
    align: "end",
    value: ({ rows, bytes }) => (rows ? Math.round(bytes / rows) : undefined),
  },
  {
    key: "state",
    title: "state",
    value: ({ isAhead }) => (isAhead ? "ahead" : ""),
    cell: ({ isAhead }) => (isAhead ? <span class="faint">◌ ahead</span> : ""),
  },
];

function Days({ storage }: { storage: Storage }) {
  const rows = useMemo(() => dayRows(storage), [storage]);
  const past = useMemo(() => rows.filter(({ isAhead }) => !isAhead), [rows]);
  const lines = useMemo(
    () => ({
      times: past.map(({ day }) => day),
      rows: past.map(({ rows: count }) => count),
      bytes: past.map(({ bytes }) => bytes),
    }),
    [past],
  );
  if (rows.length === 0) {
    return (
      <Empty
        title="No day has a partition yet."
        commands={[
          { note: "Start the keeper: it makes them ahead of time.", command: "npx slimmer keeper" },
        ]}
      >
        Until then activations can't be stored.
      </Empty>
    );
  }
  return (
    <>
      <Lines
        times={lines.times}
        left={{ name: "activations", values: lines.rows, words: shortCount }}
        right={{ name: "size", values: lines.bytes, words: bytesWords }}
        timeWords={utcDayWords}
      />
      <details class="chart-table" open={past.length <= 8}>
        <summary>{plural(rows.length, "day")} as a table</summary>
        <Table
          label="days"
          name="days"
          file="storage by day"
          columns={DAYS}
          rows={rows.toReversed()}
          rowKey={({ day }) => day.toISOString()}
        />
      </details>
    </>
  );
}

/** Each step of the way, with how long it takes. */
function Way({ storage }: { storage: Storage }) {
  const steps = [
    {
      words: "happened → arrived",
      hint: "the network, and what waited on a device",
      median: storage.arrival_lag_median,
      p99: storage.arrival_lag_p99,
    },
    {
      words: "arrived → stored",
      hint: "until the database had it on its disk",
      median: storage.commit_lag_median,
      p99: storage.commit_lag_p99,
    },
    {
      words: "stored → counted",
      hint: "until lists and counts have it",
      median: storage.fold_lag,
      p99: undefined,
    },
  ];
  return (
    <>
      <table class="way">
        <caption class="sr">How long each step takes</caption>
        <thead>
          <tr>
            <td />
            <th scope="col">half within</th>
            <th scope="col">99 of 100 within</th>
          </tr>
        </thead>
        <tbody>
          {steps.map(({ words, hint, median, p99 }) => (
            <tr key={words}>
              <th scope="row" data-tip={hint}>
                {words}
              </th>
              <td>{median === undefined ? "—" : durationWords(median)}</td>
              <td>{p99 === undefined ? "—" : durationWords(p99)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <p class="way-rate">
        <strong class="num">{rateWords(storage.rate)}</strong> activations a second in the last
        minute
      </p>
    </>
  );
}

const PROCESSES: Column<ServerProcess>[] = [
  { key: "name", title: "program", value: ({ name }) => name },
  { key: "version", title: "version", value: ({ version }) => version || undefined },
  { key: "address", title: "from", value: ({ address }) => address || "this machine" },
  {
    key: "since",
    title: "since",
    value: ({ connected_at }) => connected_at,
    cell: ({ connected_at }) => <Time at={connected_at} />,
  },
  {
    key: "connections",
    title: "connections",
    align: "end",
    value: ({ connections }) => connections,
  },
  {
    key: "leader",
    title: "role",
    value: ({ leader }) => (leader ? "leads" : ""),
    cell: ({ leader }) => (leader ? <span class="up-word">★ leads: does the upkeep</span> : ""),
  },
];

/** What is missing among the programs, if something is. */
function Keepers({ processes }: { processes: readonly ServerProcess[] }) {
  const said = [];
  if (!processes.some(({ leader }) => leader)) {
    said.push("No keeper leads: no partition is made or dropped until one does (slimmer keeper).");
  }
  const versions = new Set(processes.map(({ version }) => version).filter(Boolean));
  if (versions.size > 1) {
    said.push(`Versions differ: ${[...versions].join(", ")}. Fine during an update, not for long.`);
  }
  return (
    <>
      {said.map((words) => (
        <p class="says late" key={words}>
          ◐ {words}
        </p>
      ))}
    </>
  );
}
