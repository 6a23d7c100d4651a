import { useFleet } from "../../shell/fleet-context.ts";
import { Empty } from "../../ui/empty.tsx";
import { firstCommands } from "../parts/first-commands.ts";

/** The feed is there, and has nothing to show. */
export function NothingYet({ isFiltered }: { isFiltered: boolean }) {
  const { data } = useFleet();
  if (isFiltered) {
    return (
      <p class="faint none">Nothing of late matches the filter. What fires shows here at once.</p>
    );
  }
  const isNew = data && data.up + data.late + data.down + data.stopped + data.quiet === 0;
  if (!isNew)
    return <p class="faint none">Nothing has fired yet. What fires shows here at once.</p>;
  return (
    <Empty title="Nothing has fired yet." commands={firstCommands()}>
      What fires shows here at once.
    </Empty>
  );
}
