import type { ComponentChildren } from "preact";
import { useCallback, useMemo, useState } from "preact/hooks";
import { type ActivationFilters, api } from "../../api/paths.ts";
import { connection } from "../../live/connection.ts";
import { setQuery, useQuery, useQueryList } from "../../router/location.ts";
import { useKey } from "../../shell/keys.ts";
import { useTitle } from "../../shell/title.ts";
import { Chips } from "../../ui/chips.tsx";
import { durationWords } from "../../ui/duration-words.ts";
import { rateWords } from "../../ui/number-words.ts";
import { ClockShape } from "../parts/clock-shape.tsx";
import { FilterField, SystemField } from "./filter-field.tsx";
import { LiveList, type Pulse } from "./live-list.tsx";
import { NothingYet } from "./nothing-yet.tsx";

type Flag = "late" | "unregistered" | "clock_suspect";

const FLAGS: { value: Flag; label: ComponentChildren }[] = [
  { value: "late", label: "◇ late" },
  { value: "unregistered", label: "△ not listed" },
  { value: "clock_suspect", label: <ClockSuspect /> },
];

const PROBLEM = "live-problem";

/** What just fired? */
export function LiveView() {
  useTitle("Live");
  const [pulse, setPulse] = useState<Pulse>({ rate: undefined, lagMs: undefined });
  const [isPaused, setPaused] = useState(false);
  const [system] = useQuery("system");
  const [category] = useQuery("category");
  const [name] = useQuery("name");
  const [flags, setFlags] = useQueryList<Flag>("mark");
  const flagText = flags.join();
  const filters = useMemo<ActivationFilters>(
    () => ({
      system_id: system,
      category,
      name,
      late: flagText.includes("late"),
      unregistered: flagText.includes("unregistered"),
      clock_suspect: flagText.includes("clock_suspect"),
    }),
    [system, category, name, flagText],
  );
  const toggle = useCallback(() => setPaused((old) => !old), []);
  useKey(" ", "pause, go on", toggle);
  const feed = connection.value;
  const isFiltered = Boolean(system || category || name || flagText);

  return (
    <>
      <div class="live-head">
        <h1>Live</h1>
        <p class="pulse num">
          <span data-tip="activations a second, over the last 10 seconds">
            {pulse.rate === undefined ? "…" : `${rateWords(pulse.rate)} act/s`}
          </span>
          <span
            class="faint"
            data-tip="from the moment when a sensor fired until it reached this page; what had waited on a device is left out"
          >
            {pulse.lagMs === undefined ? "" : `lag ${durationWords(pulse.lagMs)}`}
          </span>
        </p>
        <ConnectionWord isPaused={isPaused} />
        <span class="gap" />
        <a class="quiet-button" href={api.csv(filters)} download="activations.csv">
          CSV
        </a>
        <button type="button" class="button pause" aria-pressed={isPaused} onClick={toggle}>
          {isPaused ? "▶ go on" : "❚❚ pause"}{" "}
          <span class="key" aria-hidden="true">
            Space
          </span>
        </button>
      </div>
      <div class="live-filters">
        <SystemField problemId={feed.state === "refused" ? PROBLEM : undefined} />
        <FilterField name="category" hint="category" />
        <FilterField name="name" hint="name" />
        <Chips label="marks" options={FLAGS} chosen={flags} onChange={setFlags} />
        {isFiltered && (
          <button
            type="button"
            class="quiet-button"
            onClick={() => setQuery({ system: "", category: "", name: "", mark: "" })}
          >
            clear
          </button>
        )}
      </div>
      {feed.state === "refused" && (
        <p class="live-problem down" id={PROBLEM} role="alert">
          {feed.problem.message}
        </p>
      )}
      <LiveList
        class="whole"
        label="activations, newest first"
        filters={filters}
        paused={isPaused}
        recent={200}
        size={1_000}
        empty={<NothingYet isFiltered={isFiltered} />}
        onPulse={setPulse}
      />
    </>
  );
}

function ClockSuspect() {
  return (
    <>
      <ClockShape /> clock suspect
    </>
  );
}

function ConnectionWord({ isPaused }: { isPaused: boolean }) {
  const { state } = connection.value;
  if (isPaused) return <span class="late">❚❚ paused</span>;
  if (state === "live") return <span class="up-word">● connected</span>;
  if (state === "lost") return <span class="down">○ reconnecting</span>;
  if (state === "refused") return <span class="down">○ not connected</span>;
  return <span class="faint">◌ connecting</span>;
}
