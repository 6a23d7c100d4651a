import type { Fleet, SystemState } from "../../api/types.ts";
import { useQuery, useQueryList } from "../../router/location.ts";
import { Chips, Choice } from "../../ui/chips.tsx";
import { SYSTEM_STATES, systemLook } from "../../ui/state-words.ts";

type Props = {
  fleet: Fleet | undefined;
  /** The keys of the labels that systems can be grouped by. */
  keys: readonly string[];
};

/** What is shown, and how: all of it is in the address. */
export function FleetTools({ fleet, keys }: Props) {
  const [chosen, setChosen] = useQueryList<string>("state");
  const [label, setLabel] = useQuery("label");
  const [group, setGroup] = useQuery("group", "state");
  const [show, setShow] = useQuery("show", "tiles");
  const [text, setText] = useQuery("q");
  const groups = new Set(keys.map((key) => `label.${key}`));
  if (group !== "state") groups.add(group);
  return (
    <div class="fleet-tools">
      <input
        type="search"
        class="field"
        placeholder="filter systems"
        aria-label="filter systems by name"
        value={text}
        onInput={(event) => setText(event.currentTarget.value)}
      />
      <Chips
        label="states"
        options={SYSTEM_STATES.map((state) => ({
          value: state.toLowerCase(),
          label: (
            <>
              <span class={systemLook(state).tone} aria-hidden="true">
                {systemLook(state).shape}
              </span>{" "}
              {systemLook(state).word}
            </>
          ),
          ...(fleet && { count: countOf(fleet, state) }),
        }))}
        chosen={chosen}
        onChange={setChosen}
      />
      {label && (
        <button type="button" class="chip" aria-pressed="true" onClick={() => setLabel("")}>
          {label} ✕
        </button>
      )}
      <span class="gap" />
      <label>
        <span class="faint">group by </span>
        <select
          class="field group"
          value={group}
          onChange={(event) => setGroup(event.currentTarget.value)}
        >
          <option value="state">state</option>
          {[...groups].map((value) => (
            <option key={value} value={value}>
              {value.replace(".", " ")}
            </option>
          ))}
        </select>
      </label>
      <Choice
        label="show as"
        options={[
          { value: "tiles", label: "tiles" },
          { value: "rows", label: "rows" },
        ]}
        chosen={show === "rows" ? "rows" : "tiles"}
        onChange={setShow}
      />
    </div>
  );
}

function countOf(fleet: Fleet, state: SystemState): number {
  const counts: Partial<Record<SystemState, number>> = {
    UP: fleet.up,
    LATE: fleet.late,
    DOWN: fleet.down,
    STOPPED: fleet.stopped,
    QUIET: fleet.quiet,
  };
  return counts[state] ?? 0;
}
