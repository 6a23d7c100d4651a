import { useEffect, useState } from "preact/hooks";
import { type Pages, usePages } from "../../api/pages.ts";
import { api } from "../../api/paths.ts";
import { REFRESH_MS, type Resource } from "../../api/resource.ts";
import type { Fleet, System, SystemList, SystemState } from "../../api/types.ts";
import { useQuery, useQueryList } from "../../router/location.ts";
import { useFleet } from "../../shell/fleet-context.ts";
import { useTitle } from "../../shell/title.ts";
import { Chips, Choice } from "../../ui/chips.tsx";
import { Empty } from "../../ui/empty.tsx";
import { ErrorBox } from "../../ui/error-box.tsx";
import { countWords, shortCount } from "../../ui/number-words.ts";
import { Skeleton } from "../../ui/skeleton.tsx";
import { Sparkline } from "../../ui/sparkline.tsx";
import { SYSTEM_STATES, systemLook } from "../../ui/state-words.ts";
import { firstCommands } from "../parts/first-commands.ts";
import { SystemTable } from "./system-table.tsx";
import { AttentionRow, SystemTile } from "./system-tile.tsx";
import { groupByLabel, labelKeys } from "./system-words.ts";

const WORST = ["DOWN", "LATE"];
const OTHERS = ["UP", "QUIET", "STOPPED"];
const rowsOf = ({ systems }: SystemList) => systems;

/** Is everything alive? The worst first. */
export function FleetView() {
  useTitle("Fleet");
  const fleet = useFleet();
  if (fleet.data && sizeOf(fleet.data) === 0) return <NoSystems />;
  return (
    <>
      <h1 class="sr">Fleet</h1>
      {/* Of an outage the banner tells. */}
      {!(fleet.data && fleet.error?.isOutage) && <Failure resource={fleet} what="the fleet" />}
      <Summary fleet={fleet.data} />
      <Lists fleet={fleet.data} />
    </>
  );
}

function Summary({ fleet }: { fleet: Fleet | undefined }) {
  const day = fleet?.hourly_counts.reduce((sum, count) => sum + count, 0);
  const figures: [string, string | undefined, string?][] = [
    ["activations, 24 h", day === undefined ? undefined : shortCount(day)],
    ["in all", fleet && shortCount(fleet.fired_count)],
    ["sensors listed", fleet && countWords(fleet.sensors), "in the lists of the current runs"],
    [
      "backlog",
      fleet && shortCount(fleet.spooled),
      "activations that wait on clients, as they last said",
    ],
    ["lost", fleet && shortCount(fleet.lost), "activations that clients say they had to drop"],
  ];
  return (
    <dl class="fleet-sum">
      <div>
        <dt>by the hour</dt>
        <dd>
          {fleet ? <Sparkline counts={fleet.hourly_counts} width={240} height={24} /> : "\u00a0"}
        </dd>
      </div>
      {figures.map(([title, figure, tip]) => (
        <div key={title} data-tip={tip}>
          <dt>{title}</dt>
          <dd>{figure ?? "\u00a0"}</dd>
        </div>
      ))}
    </dl>
  );
}

function Lists({ fleet }: { fleet: Fleet | undefined }) {
  const [chosen, setChosen] = useQueryList<string>("state");
  const [label, setLabel] = useQuery("label");
  const [group, setGroup] = useQuery("group", "state");
  const [show, setShow] = useQuery("show", "tiles");
  const [text, setText] = useQuery("q");
  const query = useSettled(text);

  const states = chosen.map((state) => state.toUpperCase());
  const wanted = (some: readonly string[]) =>
    states.length === 0 ? some : some.filter((state) => states.includes(state));
  const filters = { query, label };
  const options = { rows: rowsOf, every: REFRESH_MS, step: 200 };
  const worst = usePages(listPath(wanted(WORST), { ...filters }), options);
  const others = usePages(listPath(wanted(OTHERS), { ...filters, order: "NAME" }), options);
  const known = [...(worst.data ?? []), ...(others.data ?? [])];
  const keys = labelKeys(known);
  const key = group.startsWith("label.") ? group.slice(6) : undefined;
  const isFiltered = query !== "" || label !== "" || states.length > 0;

  return (
    <>
      <div class="fleet-tools">
        <input
          type="search"
          class="field"
          placeholder="filter systems"
          aria-label="filter systems by name"
          value={text}
          onInput={(event) => setText(event.currentTarget.value)}
        />
        <Chips
          label="states"
          options={SYSTEM_STATES.map((state) => ({
            value: state.toLowerCase(),
            label: (
              <>
                <span class={systemLook(state).tone} aria-hidden="true">
                  {systemLook(state).shape}
                </span>{" "}
                {systemLook(state).word}
              </>
            ),
            ...(fleet && { count: countOf(fleet, state) }),
          }))}
          chosen={chosen}
          onChange={setChosen}
        />
        {label && (
          <button type="button" class="chip" aria-pressed="true" onClick={() => setLabel("")}>
            {label} ✕
          </button>
        )}
        <span class="gap" />
        <label>
          <span class="faint">group by </span>
          <select
            class="field group"
            value={group}
            onChange={(event) => setGroup(event.currentTarget.value)}
          >
            <option value="state">state</option>
            {[...new Set([...keys, ...(key ? [key] : [])])].map((name) => (
              <option key={name} value={`label.${name}`}>
                label {name}
              </option>
            ))}
          </select>
        </label>
        <Choice
          label="show as"
          options={[
            { value: "tiles", label: "tiles" },
            { value: "rows", label: "rows" },
          ]}
          chosen={show === "rows" ? "rows" : "tiles"}
          onChange={setShow}
        />
      </div>
      {key ? (
        <ByLabel label={key} systems={known} worst={worst} others={others} />
      ) : (
        <ByState worst={worst} others={others} show={show} fleet={fleet} isFiltered={isFiltered} />
      )}
    </>
  );
}

type ByStateProps = {
  worst: Pages<System>;
  others: Pages<System>;
  show: string;
  fleet: Fleet | undefined;
  isFiltered: boolean;
};

function ByState({ worst, others, show, fleet, isFiltered }: ByStateProps) {
  const rest =
    fleet && !isFiltered ? ` (${countWords(fleet.up + fleet.quiet + fleet.stopped)})` : "";
  return (
    <>
      <section aria-labelledby="attention">
        <div class="section-head">
          <h2 id="attention">needs attention</h2>
        </div>
        {worst.loading && <Skeleton rows={3} />}
        <Failure resource={worst} what="what needs attention" />
        {worst.data?.map((system) => (
          <AttentionRow key={system.system_id} system={system} />
        ))}
        {worst.data?.length === 0 && (
          <p class="faint calm">
            {isFiltered
              ? "Nothing here that the filter leaves."
              : "Nothing: no system is late or down."}
          </p>
        )}
        <More pages={worst} />
      </section>
      <section aria-labelledby="others">
        <div class="section-head">
          <h2 id="others">everything else{rest}</h2>
        </div>
        {others.loading && <Skeleton rows={6} />}
        <Failure resource={others} what="the systems" />
        {others.data && others.data.length === 0 && (
          <p class="faint calm">
            {isFiltered ? "Nothing here that the filter leaves." : "Nothing else."}
          </p>
        )}
        {others.data && others.data.length > 0 && show === "rows" && <SystemTable pages={others} />}
        {others.data && show !== "rows" && (
          <>
            <Tiles systems={others.data} />
            <More pages={others} />
          </>
        )}
      </section>
    </>
  );
}

function ByLabel({
  label,
  systems,
  worst,
  others: pages,
}: {
  label: string;
  systems: System[];
  worst: Pages<System>;
  others: Pages<System>;
}) {
  return (
    <section aria-label={`systems by ${label}`}>
      <Failure resource={worst} what="what needs attention" />
      <Failure resource={pages} what="the systems" />
      {pages.loading && <Skeleton rows={6} />}
      {groupByLabel(systems, label).map(({ value, systems: members }) => (
        <div key={value ?? "\u0000"}>
          <h2 class="group-title">
            {value === undefined ? <span class="faint">without {label}</span> : value}
            <span class="faint num">{countWords(members.length)}</span>
          </h2>
          <Tiles systems={members} />
        </div>
      ))}
      <More pages={pages} />
    </section>
  );
}

/** What went wrong, above what is shown since before. */
function Failure({ resource, what }: { resource: Resource<unknown>; what: string }) {
  const { error, staleSince, refresh } = resource;
  if (!error) return null;
  return <ErrorBox problem={error} what={what} staleSince={staleSince} onRetry={refresh} />;
}

function Tiles({ systems }: { systems: readonly System[] }) {
  return (
    <div class="tiles">
      {systems.map((system) => (
        <SystemTile key={system.system_id} system={system} />
      ))}
    </div>
  );
}

function More({ pages }: { pages: Pages<System> }) {
  if (!pages.hasMore) return null;
  return (
    <button type="button" class="button more" disabled={pages.loadingMore} onClick={pages.loadMore}>
      {pages.loadingMore ? "loading…" : "load more"}
    </button>
  );
}

function NoSystems() {
  return (
    <Empty title="No system has registered yet." commands={firstCommands()}>
      This page shows it within seconds. No need to load it anew.
    </Empty>
  );
}

function listPath(states: readonly string[], filters: Record<string, string>): string | undefined {
  return states.length === 0 ? undefined : api.systems({ states, ...filters });
}

function sizeOf(fleet: Fleet): number {
  return fleet.up + fleet.late + fleet.down + fleet.stopped + fleet.quiet;
}

function countOf(fleet: Fleet, state: SystemState): number {
  const counts: Partial<Record<SystemState, number>> = {
    UP: fleet.up,
    LATE: fleet.late,
    DOWN: fleet.down,
    STOPPED: fleet.stopped,
    QUIET: fleet.quiet,
  };
  return counts[state] ?? 0;
}

/** A text once it rests: not every letter is a question to the server. */
function useSettled(text: string): string {
  const [settled, setSettled] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(text), 200);
    return () => clearTimeout(timer);
  }, [text]);
  return settled;
}
