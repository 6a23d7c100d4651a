import { useMemo, useState } from "preact/hooks";
import { type ActivationFilters, api } from "../../api/paths.ts";
import { query, setQuery, useQuery } from "../../router/location.ts";
import { Choice } from "../../ui/chips.tsx";
import { rateWords } from "../../ui/number-words.ts";
import { momentWords } from "../../ui/time-words.ts";
import { LiveList, type Pulse } from "../live/live-list.tsx";
import { HistoryList } from "./history-list.tsx";

/** What this system's sensors did: as it comes, or further back. The filter is in the address. */
export function Activations({ system }: { system: string }) {
  const [mode, setMode] = useQuery("show", "live");
  const [pulse, setPulse] = useState<Pulse>();
  const search = query.value.toString();
  const filters = useMemo(() => filtersOf(system, new URLSearchParams(search)), [system, search]);
  const { category, name, identity, since, until } = filters;
  const sensor = [category, name, identity].some(Boolean)
    ? [category, name, identity].map((pattern = "*") => patternWords(pattern)).join(" / ")
    : "";
  const live = mode !== "history";
  return (
    <section aria-labelledby="activations-title" id="activations">
      <div class="section-head">
        <h2 id="activations-title">activations</h2>
        <Choice
          label="which activations"
          options={[
            { value: "live", label: "live" },
            { value: "history", label: "history" },
          ]}
          chosen={live ? "live" : "history"}
          onChange={(next) =>
            setQuery({ show: next === "live" ? "" : next, ...(next === "live" && NO_TIMES) })
          }
        />
        {sensor && (
          <button
            type="button"
            class="chip"
            aria-pressed="true"
            aria-label={`${sensor}: take this filter away`}
            onClick={() => setQuery({ category: "", name: "", identity: "" })}
          >
            {sensor} ✕
          </button>
        )}
        {since && until && !live && (
          <button
            type="button"
            class="chip"
            aria-pressed="true"
            aria-label="take the filter by time away"
            onClick={() => setQuery(NO_TIMES)}
          >
            {momentWords(new Date(since), Date.now())} – {momentWords(new Date(until), Date.now())}{" "}
            ✕
          </button>
        )}
        <span class="gap" />
        {live && pulse?.rate !== undefined && (
          <span class="faint num">{rateWords(pulse.rate)} act/s</span>
        )}
        <a class="quiet-button" href={api.csv(filters)} download={`${system}.csv`}>
          CSV
        </a>
      </div>
      {live ? (
        <LiveList
          class="part one-system"
          label="activations of this system, newest first"
          filters={{ ...filters, since: undefined, until: undefined }}
          paused={false}
          recent={50}
          size={200}
          empty={
            <p class="faint none">
              {sensor
                ? "Nothing of late matches the filter."
                : "Nothing yet. What fires shows here at once."}
            </p>
          }
          onPulse={setPulse}
        />
      ) : (
        <HistoryList filters={filters} />
      )}
      {live && (
        <button type="button" class="button more" onClick={() => setMode("history")}>
          further back
        </button>
      )}
    </section>
  );
}

/** A filter as a person reads it: without the backslashes where it means a name and no pattern. */
function patternWords(pattern: string): string {
  const isName = !/[*?]/.test(pattern.replace(/\\./g, ""));
  return isName ? pattern.replace(/\\(.)/g, "$1") : pattern;
}

const NO_TIMES = { since: "", until: "" };

function filtersOf(system: string, search: URLSearchParams): ActivationFilters {
  const word = (name: string) => search.get(name) ?? undefined;
  return {
    system_id: system,
    category: word("category"),
    name: word("name"),
    identity: word("identity"),
    since: word("since"),
    until: word("until"),
  };
}
