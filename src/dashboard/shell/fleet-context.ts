import { createContext } from "preact";
import { useContext } from "preact/hooks";
import type { Resource } from "../api/resource.ts";
import type { Fleet } from "../api/types.ts";

/** Asked for once, by the shell: the header and the fleet page show the same figures. */
export const FleetContext = createContext<Resource<Fleet> | undefined>(undefined);

export function useFleet(): Resource<Fleet> {
  const fleet = useContext(FleetContext);
  if (!fleet) throw new Error("No shell around this view.");
  return fleet;
}
