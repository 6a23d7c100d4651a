import type { Fleet } from "../../api/types.ts";
import { countWords, shortCount } from "../../ui/number-words.ts";
import { Sparkline } from "../../ui/sparkline.tsx";

/** The figures of all systems together. */
export function FleetSummary({ fleet }: { fleet: Fleet | undefined }) {
  const day = fleet?.hourly_counts.reduce((sum, count) => sum + count, 0);
  const figures: [string, string | undefined, string?][] = [
    ["last 24 h", day === undefined ? undefined : shortCount(day), "activations in 24 hours"],
    ["in all", fleet && shortCount(fleet.fired_count), "activations, since the first"],
    ["sensors listed", fleet && countWords(fleet.sensors), "in the lists of the current runs"],
    [
      "backlog",
      fleet && shortCount(fleet.spooled),
      "activations that wait on clients, as they last said",
    ],
    ["lost", fleet && shortCount(fleet.lost), "activations that clients say they had to drop"],
  ];
  return (
    <dl class="fleet-sum">
      <div>
        <dt>activations by the hour</dt>
        <dd>
          {fleet ? <Sparkline counts={fleet.hourly_counts} width={240} height={24} /> : "\u00a0"}
        </dd>
      </div>
      {figures.map(([title, figure, tip]) => (
        <div key={title} data-tip={tip}>
          <dt>{title}</dt>
          <dd>{figure ?? "\u00a0"}</dd>
        </div>
      ))}
    </dl>
  );
}
