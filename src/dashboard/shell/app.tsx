import { useEffect, useRef } from "preact/hooks";
import { api } from "../api/paths.ts";
import { REFRESH_MS, useResource } from "../api/resource.ts";
import type { Fleet } from "../api/types.ts";
import { returnedTo, visits } from "../router/location.ts";
import { announcement } from "./announce.ts";
import { Banner } from "./banner.tsx";
import { FleetContext } from "./fleet-context.ts";
import { Header } from "./header.tsx";
import { KeyList } from "./key-list.tsx";
import { returnToRow } from "./return-to-row.ts";
import { ViewOutlet } from "./view-outlet.tsx";

/** What stands around every view. */
export function App() {
  const fleet = useResource<Fleet>(api.fleet(), { every: REFRESH_MS });
  const main = useRef<HTMLElement>(null);
  const visit = visits.value;
  useEffect(() => {
    // A new page: the next Tab begins there, and a screen reader reads on from there.
    if (visit === 0 || !main.current) return undefined;
    main.current.focus({ preventScroll: true });
    return returnedTo && returnToRow(main.current, returnedTo);
  }, [visit]);
  return (
    <FleetContext.Provider value={fleet}>
      <a class="skip" href="#main">
        skip to the content
      </a>
      <Header />
      <Banner />
      <main id="main" ref={main} tabIndex={-1}>
        <ViewOutlet />
      </main>
      <p class="sr" aria-live="polite">
        {announcement.value}
      </p>
      <KeyList />
    </FleetContext.Provider>
  );
}
