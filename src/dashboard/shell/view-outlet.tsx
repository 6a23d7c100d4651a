import type { ComponentChild } from "preact";
import { useEffect, useState } from "preact/hooks";
import { route } from "../router/location.ts";
import { type Route, to } from "../router/route.ts";
import { Skeleton } from "../ui/skeleton.tsx";
import { useTitle } from "./title.ts";

type Draw = (route: Route) => ComponentChild;

/** Each view is a file of its own, loaded when it is first needed. */
const LOADERS: Record<Route["view"], () => Promise<Draw>> = {
  fleet: async () => {
    const { FleetView } = await import("../views/fleet/fleet-view.tsx");
    return () => <FleetView />;
  },
  live: async () => {
    const { LiveView } = await import("../views/live/live-view.tsx");
    return () => <LiveView />;
  },
  storage: async () => {
    const { StorageView } = await import("../views/storage/storage-view.tsx");
    return () => <StorageView />;
  },
  system: async () => {
    const { SystemView } = await import("../views/system/system-view.tsx");
    return (at) => at.view === "system" && <SystemView key={at.system} system={at.system} />;
  },
  run: async () => {
    const { RunView } = await import("../views/run/run-view.tsx");
    return (at) => at.view === "run" && <RunView key={at.run} system={at.system} run={at.run} />;
  },
  sensor: async () => {
    const { SensorView } = await import("../views/sensor/sensor-view.tsx");
    return (at) => {
      if (at.view !== "sensor") return null;
      const { system, category, name, identity } = at;
      const key = JSON.stringify([system, category, name, identity]);
      return <SensorView key={key} system={system} entity={{ category, name, identity }} />;
    };
  },
  unknown: async () => () => <UnknownView />,
};

const loaded = new Map<Route["view"], Draw>();

/** Begins to load the view of the address before anything is drawn. */
export function loadView(view: Route["view"]): Promise<void> {
  return LOADERS[view]().then((draw) => {
    loaded.set(view, draw);
  });
}

export function ViewOutlet() {
  const at = route.value;
  const [, redraw] = useState(0);
  const [failed, setFailed] = useState<Route["view"]>();
  const draw = loaded.get(at.view);
  useEffect(() => {
    if (draw) return;
    loadView(at.view)
      .then(() => redraw((turn) => turn + 1))
      .catch(() => setFailed(at.view));
  }, [at.view, draw]);
  if (draw) return <>{draw(at)}</>;
  if (failed !== at.view) return <Skeleton rows={8} />;
  return (
    <div class="error-box" role="alert">
      <p>
        <strong>Could not load this part of the page.</strong> The server may be away, or newer than
        the page.
      </p>
      <button type="button" class="button" onClick={() => location.reload()}>
        load the page anew
      </button>
    </div>
  );
}

function UnknownView() {
  useTitle("not found");
  return (
    <div class="empty">
      <h1 class="empty-title">There is no such page.</h1>
      <p>
        <a href={to.fleet()}>To the fleet</a>, or press <kbd>/</kbd> and search.
      </p>
    </div>
  );
}
