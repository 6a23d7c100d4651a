import { loadAllPages } from "../../api/all-pages.ts";
import type { Pages } from "../../api/pages.ts";
import type { System, SystemList } from "../../api/types.ts";
import { countWords } from "../../ui/number-words.ts";
import { Skeleton } from "../../ui/skeleton.tsx";
import { Loaded } from "../parts/loaded.tsx";
import { SystemTable } from "./system-table.tsx";
import { AttentionRow, SystemTile } from "./system-tile.tsx";
import { groupByLabel } from "./system-words.ts";

type ListProps = { pages: Pages<System>; isFiltered: boolean };

/** Systems that are late or down, a line of facts each. */
export function Attention({ pages, isFiltered }: ListProps) {
  return (
    <section aria-labelledby="attention">
      <div class="section-head">
        <h2 id="attention">needs attention</h2>
      </div>
      <Loaded resource={pages} what="what needs attention" room={<Skeleton rows={3} />}>
        {(systems) => (
          <>
            {systems.map((system) => (
              <AttentionRow key={system.system_id} system={system} />
            ))}
            {systems.length === 0 && (
              <p class="faint calm">
                {isFiltered ? NOTHING_LEFT : "Nothing: no system is late or down."}
              </p>
            )}
          </>
        )}
      </Loaded>
      <More pages={pages} />
    </section>
  );
}

/** The others as tiles; `count` of them, where that is known. */
export function Others({ pages, isFiltered, count }: ListProps & { count: number | undefined }) {
  return (
    <section aria-labelledby="others">
      <div class="section-head">
        <h2 id="others">
          everything else{count === undefined || isFiltered ? "" : ` (${countWords(count)})`}
        </h2>
      </div>
      <Loaded resource={pages} what="the systems" room={<Skeleton rows={6} />}>
        {(systems) =>
          systems.length > 0 ? (
            <Tiles systems={systems} />
          ) : (
            <p class="faint calm">{isFiltered ? NOTHING_LEFT : "Nothing else."}</p>
          )
        }
      </Loaded>
      <More pages={pages} />
    </section>
  );
}

type WholeProps = { pages: Pages<System> /** What the pages are of. */; path: string };

/** Systems of all states as rows of one table, the worst first. */
export function Rows({ pages, path }: WholeProps) {
  return (
    <section aria-label="systems">
      <Loaded resource={pages} what="the systems" room={<Skeleton rows={8} />}>
        {(systems) => (
          <SystemTable
            systems={systems}
            file="systems"
            more={{
              hasMore: pages.hasMore,
              loading: pages.loadingMore,
              load: pages.loadMore,
              all: (onProgress) => loadAllPages(path, systemsOf, onProgress),
            }}
          />
        )}
      </Loaded>
    </section>
  );
}

/** Systems of all states by the value of a label, the worst of each value first. */
export function ByLabel({
  pages,
  path,
  label,
  asRows,
}: WholeProps & { label: string; asRows: boolean }) {
  return (
    <section aria-label={`systems by ${label}`}>
      <Loaded resource={pages} what="the systems" room={<Skeleton rows={6} />}>
        {(systems) => (
          <>
            {groupByLabel(systems, label).map(({ value, systems: members }) => (
              <div key={value ?? "\u0000"}>
                <h2 class="group-title">
                  {value === undefined ? <span class="faint">without {label}</span> : value}
                  <span class="faint num">
                    {countWords(members.length)}
                    {pages.hasMore && ` of the ${countWords(systems.length)} that are loaded`}
                  </span>
                </h2>
                {asRows ? (
                  <SystemTable
                    systems={members}
                    file={`systems ${label}=${value ?? ""}`}
                    more={{
                      hasMore: pages.hasMore,
                      loading: pages.loadingMore,
                      all: async (onProgress) => {
                        const { rows, isWhole } = await loadAllPages(path, systemsOf, onProgress);
                        const group = groupByLabel(rows, label).find((one) => one.value === value);
                        return { rows: group?.systems ?? [], isWhole };
                      },
                    }}
                  />
                ) : (
                  <Tiles systems={members} />
                )}
              </div>
            ))}
            {systems.length === 0 && <p class="faint calm">{NOTHING_LEFT}</p>}
          </>
        )}
      </Loaded>
      <More pages={pages} />
    </section>
  );
}

const NOTHING_LEFT = "Nothing here that the filter leaves.";

export const systemsOf = ({ systems }: SystemList) => systems;

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
