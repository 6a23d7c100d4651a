import { useEffect, useRef, useState } from "preact/hooks";
import type { Fleet } from "../api/types.ts";
import { route } from "../router/location.ts";
import { to, type View } from "../router/route.ts";
import { countWords, plural, rateWords } from "../ui/number-words.ts";
import { Sparkline } from "../ui/sparkline.tsx";
import { systemLook } from "../ui/state-words.ts";
import { useFleet } from "./fleet-context.ts";
import { keyListOpen } from "./keys.ts";
import { SearchBox } from "./search-box.tsx";

const PLACES: { view: View; href: string; title: string; also: View[] }[] = [
  { view: "fleet", href: to.fleet(), title: "Fleet", also: ["system", "run", "sensor"] },
  { view: "live", href: to.live(), title: "Live", also: [] },
  { view: "storage", href: to.storage(), title: "Storage", also: [] },
];

/** On every page: where to go, what to look for, and how the fleet is. */
export function Header() {
  const { view } = route.value;
  const { data } = useFleet();
  return (
    <header class="header">
      <a class="brand" href={to.fleet()} aria-label="slimmer, to the fleet">
        slimmer
      </a>
      <nav aria-label="pages">
        {PLACES.map((place) => (
          <a
            key={place.view}
            href={place.href}
            class={place.view === view || place.also.includes(view) ? "here" : undefined}
            aria-current={place.view === view ? "page" : undefined}
          >
            {place.title}
          </a>
        ))}
      </nav>
      <SearchBox />
      <div class="figures">{data && <Figures fleet={data} />}</div>
      <button
        type="button"
        class="quiet-button help"
        aria-label="list of keys"
        onClick={() => {
          keyListOpen.value = true;
        }}
      >
        ?
      </button>
    </header>
  );
}

function Figures({ fleet }: { fleet: Fleet }) {
  const rate = useRate(fleet);
  const total = fleet.up + fleet.late + fleet.down + fleet.stopped + fleet.quiet;
  const states = [
    ["UP", fleet.up],
    ["LATE", fleet.late],
    ["DOWN", fleet.down],
    ["QUIET", fleet.quiet],
    ["STOPPED", fleet.stopped],
  ] as const;
  return (
    <>
      <span class="num">{plural(total, "system")}</span>
      {states
        .filter(([state, count]) => count > 0 || state === "UP")
        .map(([state, count]) => (
          <a
            key={state}
            class={`figure ${systemLook(state).tone}`}
            href={`/?state=${state.toLowerCase()}`}
            data-tip={systemLook(state).meaning}
          >
            <span class="shape" aria-hidden="true">
              {systemLook(state).shape}
            </span>
            <span class="num">{countWords(count)}</span> {systemLook(state).word}
          </a>
        ))}
      <span class="rate-spark">
        <Sparkline counts={fleet.hourly_counts} width={72} height={14} />
      </span>
      <span class="num rate" data-tip="activations a second, over the last half minute">
        {rate === undefined ? "" : `${rateWords(rate)} act/s`}
      </span>
    </>
  );
}

const RATE_OVER_MS = 30_000;

/** How fast the count of all activations grows. */
function useRate({ server_time, fired_count }: Fleet): number | undefined {
  const seen = useRef<{ at: number; count: number }[]>([]);
  const [rate, setRate] = useState<number>();
  useEffect(() => {
    const now = { at: server_time.getTime(), count: fired_count };
    seen.current = [...seen.current.filter(({ at }) => at > now.at - RATE_OVER_MS), now];
    const first = seen.current[0];
    if (first && now.at - first.at > 2_000) {
      setRate(Math.max(0, (now.count - first.count) / ((now.at - first.at) / 1_000)));
    }
  }, [server_time, fired_count]);
  return rate;
}
