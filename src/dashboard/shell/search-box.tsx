import { useEffect, useRef, useState } from "preact/hooks";
import { api } from "../api/paths.ts";
import { useResource } from "../api/resource.ts";
import type { SearchHits } from "../api/types.ts";
import { navigate } from "../router/location.ts";
import { to } from "../router/route.ts";
import { StateMark } from "../ui/state-mark.tsx";

type Hit = { href: string; key: string; group: string; content: preact.JSX.Element };

const PAUSE_MS = 150;
/** Of a question; the server takes no more. */
const LONGEST = 128;

/** Finds systems, sensors and runs; a combobox, as ARIA describes it. */
export function SearchBox() {
  const [text, setText] = useState("");
  const [open, setOpen] = useState(false);
  const [at, setAt] = useState(0);
  /** Enter was pressed before the answer came: the first hit opens when it does. */
  const [isAwaited, setAwaited] = useState(false);
  const typed = text.trim().slice(0, LONGEST);
  const wanted = useLater(typed);
  const found = useResource<SearchHits>(wanted ? api.search(wanted) : undefined);
  const hits = found.data && wanted ? hitsOf(found.data) : [];
  const active = hits[Math.min(at, hits.length - 1)];
  const input = useRef<HTMLInputElement>(null);

  const go = (hit: Hit | undefined) => {
    if (!hit) return;
    setOpen(false);
    setText("");
    setAwaited(false);
    input.current?.blur();
    navigate(hit.href);
  };
  const isSettled = wanted === typed && wanted !== "" && Boolean(found.data ?? found.error);
  useEffect(() => {
    if (!isAwaited || !isSettled) return;
    setAwaited(false);
    go(active);
  }, [isAwaited, isSettled]);
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      setOpen(true);
      const step = event.key === "ArrowDown" ? 1 : -1;
      if (hits.length) setAt((Math.min(at, hits.length - 1) + step + hits.length) % hits.length);
    } else if (event.key === "Enter") {
      event.preventDefault();
      if (isSettled) go(active);
      else setAwaited(typed !== "");
    } else if (event.key === "Escape" && open && text) {
      event.preventDefault();
      setText("");
      setAwaited(false);
      setOpen(false);
    }
  };
  const shows = open && text.trim() !== "";
  return (
    <search class="search">
      <input
        id="search"
        ref={input}
        class="field"
        type="text"
        role="combobox"
        autoComplete="off"
        spellcheck={false}
        placeholder="search systems, sensors, runs"
        aria-label="search systems, sensors, runs"
        aria-keyshortcuts="/"
        aria-expanded={shows}
        aria-controls="search-hits"
        aria-autocomplete="list"
        aria-activedescendant={shows && active ? idOf(active) : undefined}
        value={text}
        onInput={(event) => {
          setText(event.currentTarget.value);
          setAwaited(false);
          setAt(0);
          setOpen(true);
        }}
        onFocus={() => setOpen(true)}
        onBlur={() => setTimeout(() => setOpen(false), 150)}
        onKeyDown={onKeyDown}
      />
      <span class="key" aria-hidden="true">
        /
      </span>
      <div class="hits" id="search-hits" role="listbox" aria-label="found" hidden={!shows}>
        {hits.map((hit, index) => (
          // biome-ignore lint/a11y/useFocusableInteractive: the focus stays in the box, by aria-activedescendant
          // biome-ignore lint/a11y/useKeyWithClickEvents: the box takes the keys
          <div
            key={hit.key}
            id={idOf(hit)}
            role="option"
            class="hit"
            aria-selected={hit === active}
            data-group={hits[index - 1]?.group === hit.group ? undefined : hit.group}
            onMouseDown={(event) => event.preventDefault()}
            onClick={() => go(hit)}
          >
            {hit.content}
          </div>
        ))}
        {hits.length === 0 && <p class="faint none">{emptyWords(found, wanted === typed)}</p>}
      </div>
    </search>
  );
}

function emptyWords(found: { error?: unknown; data?: unknown }, settled: boolean): string {
  if (found.error) return "The search does not answer.";
  return found.data && settled ? "Nothing has this in its name." : "searching…";
}

function idOf(hit: Hit): string {
  return `hit-${hit.key.replace(/[^\w-]/g, "_")}`;
}

function hitsOf({ systems, sensors, runs }: SearchHits): Hit[] {
  return [
    ...systems.map(({ system_id, state }) => ({
      href: to.system(system_id),
      key: `system-${system_id}`,
      group: "systems",
      content: (
        <>
          <StateMark state={state} word={false} /> {system_id}
        </>
      ),
    })),
    ...sensors.map(({ system_id, entity }) => ({
      href: to.sensor(system_id, entity),
      key: `sensor-${system_id}-${entity.category}-${entity.name}-${entity.identity}`,
      group: "sensors",
      content: (
        <>
          <span class="faint">{entity.category}</span> {entity.name}{" "}
          <span class="faint">
            {entity.identity} · {system_id}
          </span>
        </>
      ),
    })),
    ...runs.map(({ system_id, run_id }) => ({
      href: to.run(system_id, run_id),
      key: `run-${run_id}`,
      group: "runs",
      content: (
        <>
          <code>{run_id}</code> <span class="faint">{system_id}</span>
        </>
      ),
    })),
  ];
}

/** A text once it rests. */
function useLater(text: string): string {
  const [later, setLater] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => setLater(text), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [text]);
  return later;
}
