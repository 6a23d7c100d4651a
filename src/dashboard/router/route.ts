/** The pages there are, and their paths. */
export type Route =
  | { view: "fleet" }
  | { view: "live" }
  | { view: "storage" }
  | { view: "system"; system: string }
  | { view: "run"; system: string; run: string }
  | { view: "sensor"; system: string; category: string; name: string; identity: string }
  | { view: "unknown"; path: string };

export type View = Route["view"];

type EntityParts = { category: string; name: string; identity: string };

const id = encodeURIComponent;

/** Links to the pages. */
export const to = {
  fleet: () => "/",
  live: () => "/live",
  storage: () => "/storage",
  system: (system: string) => `/systems/${id(system)}`,
  run: (system: string, run: string) => `/systems/${id(system)}/runs/${id(run)}`,
  sensor: (system: string, { category, name, identity }: EntityParts) =>
    `/systems/${id(system)}/sensor?${new URLSearchParams({ category, name, identity })}`,
};

/** Which page a path means. */
export function parseRoute(path: string, search = ""): Route {
  const parts = decodeParts(path);
  if (!parts) return { view: "unknown", path };
  const [first, system, third, run] = parts;
  if (parts.length === 0) return { view: "fleet" };
  if (parts.length === 1 && first === "live") return { view: "live" };
  if (parts.length === 1 && first === "storage") return { view: "storage" };
  if (first === "systems" && system) {
    if (parts.length === 2) return { view: "system", system };
    if (parts.length === 4 && third === "runs" && run) return { view: "run", system, run };
    if (parts.length === 3 && third === "sensor") {
      const query = new URLSearchParams(search);
      const part = (name: string) => query.get(name) ?? "";
      const entity = { category: part("category"), name: part("name"), identity: part("identity") };
      return { view: "sensor", system, ...entity };
    }
  }
  return { view: "unknown", path };
}

/** The page that Esc goes back to. */
export function parentOf(route: Route): string {
  if (route.view === "run" || route.view === "sensor") return to.system(route.system);
  return to.fleet();
}

function decodeParts(path: string): string[] | undefined {
  try {
    return path
      .split("/")
      .filter((part) => part !== "")
      .map(decodeURIComponent);
  } catch {
    return undefined;
  }
}
