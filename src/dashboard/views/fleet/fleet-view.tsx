import { useEffect, useState } from "preact/hooks";
import { usePages } from "../../api/pages.ts";
import { api } from "../../api/paths.ts";
import { REFRESH_MS } from "../../api/resource.ts";
import type { Fleet } from "../../api/types.ts";
import { useQuery, useQueryList } from "../../router/location.ts";
import { useFleet } from "../../shell/fleet-context.ts";
import { useTitle } from "../../shell/title.ts";
import { Empty } from "../../ui/empty.tsx";
import { ErrorBox } from "../../ui/error-box.tsx";
import { useMedia } from "../../ui/use-media.ts";
import { firstCommands } from "../parts/first-commands.ts";
import { Attention, ByLabel, Others, Rows, systemsOf } from "./fleet-lists.tsx";
import { FleetSummary } from "./fleet-summary.tsx";
import { FleetTools } from "./fleet-tools.tsx";
import { labelKeys } from "./system-words.ts";

/** Is everything alive? The worst first. */
export function FleetView() {
  useTitle("Fleet");
  const fleet = useFleet();
  if (fleet.data && sizeOf(fleet.data) === 0) return <NoSystems />;
  return (
    <>
      <h1 class="sr">Fleet</h1>
      {/* Of an outage the banner tells. */}
      {fleet.error && !(fleet.data && fleet.error.isOutage) && (
        <ErrorBox
          problem={fleet.error}
          what="the fleet"
          staleSince={fleet.staleSince}
          onRetry={fleet.refresh}
        />
      )}
      <Systems fleet={fleet.data} />
    </>
  );
}

const WORST = ["DOWN", "LATE"];
const OTHERS = ["UP", "QUIET", "STOPPED"];
const OPTIONS = { rows: systemsOf, every: REFRESH_MS, step: 200 };

/** As tiles, the worst apart from the others; as rows or by a label, one list of all. */
function Systems({ fleet }: { fleet: Fleet | undefined }) {
  const [chosen] = useQueryList<string>("state");
  const [label] = useQuery("label");
  const [group] = useQuery("group", "state");
  const [show] = useQuery("show", "tiles");
  const [text] = useQuery("q");
  const query = useSettled(text);
  const isNarrow = useMedia("(max-width: 640px)");

  const states = chosen.map((state) => state.toUpperCase());
  const key = group.startsWith("label.") ? group.slice("label.".length) : undefined;
  const asRows = show === "rows";
  const isOneList = asRows || key !== undefined;
  const listPath = (some: readonly string[], order?: string) => {
    const wanted = states.length === 0 ? some : some.filter((state) => states.includes(state));
    return wanted.length === 0 ? undefined : api.systems({ states: wanted, query, label, order });
  };
  const path = api.systems({ states, query, label });
  const all = usePages(isOneList ? path : undefined, OPTIONS);
  const worst = usePages(isOneList ? undefined : listPath(WORST), OPTIONS);
  const others = usePages(isOneList ? undefined : listPath(OTHERS, "NAME"), OPTIONS);
  const known = [...(all.data ?? []), ...(worst.data ?? []), ...(others.data ?? [])];
  const isFiltered = query !== "" || label !== "" || states.length > 0;

  const summary = <FleetSummary key="summary" fleet={fleet} />;
  const tools = <FleetTools key="tools" fleet={fleet} keys={labelKeys(known)} />;
  if (isOneList) {
    return (
      <>
        {summary}
        {tools}
        {key === undefined ? (
          <Rows pages={all} path={path} />
        ) : (
          <ByLabel pages={all} path={path} label={key} asRows={asRows} />
        )}
      </>
    );
  }
  const rest = fleet && fleet.up + fleet.quiet + fleet.stopped;
  const attention = <Attention key="attention" pages={worst} isFiltered={isFiltered} />;
  return (
    <>
      {/* On a small screen the figures and filters would push down what the reader came for. */}
      {isNarrow ? [attention, summary, tools] : [summary, tools, attention]}
      <Others pages={others} isFiltered={isFiltered} count={rest} />
    </>
  );
}

function NoSystems() {
  return (
    <Empty title="No system has registered yet." commands={firstCommands()}>
      This page shows it within seconds. No need to load it anew.
    </Empty>
  );
}

function sizeOf(fleet: Fleet): number {
  return fleet.up + fleet.late + fleet.down + fleet.stopped + fleet.quiet;
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
