import { useEffect, useRef, useState } from "preact/hooks";
import { api } from "../../api/paths.ts";
import { useResource } from "../../api/resource.ts";
import type { SearchHits } from "../../api/types.ts";
import { useQuery } from "../../router/location.ts";

type Props = {
  /** Its name in the address. */
  name: string;
  hint: string;
  /** The id of the list with what there is to choose from. */
  list?: string;
  /** The id of the words that say why the server refuses it. */
  problemId?: string | undefined;
  /** Told of the text once the fingers rest. */
  onSettle?: (text: string) => void;
};

const REST_MS = 350;

/** A filter that is in the address once the fingers rest. */
export function FilterField({ name, hint, list, problemId, onSettle }: Props) {
  const [value, setValue] = useQuery(name);
  const [text, setText] = useState(value);
  const settled = useRef(value);
  useEffect(() => {
    // What this field has put there itself may be behind what is typed, or without the space at its end.
    if (value !== settled.current) setText(value);
    settled.current = value;
  }, [value]);
  useEffect(() => {
    const timer = setTimeout(() => {
      settled.current = text.trim();
      onSettle?.(settled.current);
      if (settled.current !== value) setValue(settled.current);
    }, REST_MS);
    return () => clearTimeout(timer);
  }, [text, value, onSettle]);
  return (
    <input
      type="search"
      class="field"
      placeholder={hint}
      aria-label={`only this ${name}`}
      data-tip={list ? undefined : "* stands for any text, ? for any character"}
      aria-invalid={problemId ? true : undefined}
      aria-describedby={problemId}
      autoComplete="off"
      value={text}
      onInput={(event) => setText(event.currentTarget.value)}
      {...(list && { list })}
    />
  );
}

const SYSTEMS = "live-systems";
const MOST_SYSTEMS = 20;

/** The filter by system: by its whole name, so it offers those that have the text in theirs. */
export function SystemField({ problemId }: Pick<Props, "problemId">) {
  const [text, setText] = useState("");
  const path = text ? api.search(text.slice(0, 128), MOST_SYSTEMS) : undefined;
  const { data } = useResource<SearchHits>(path);
  return (
    <>
      <FilterField
        name="system"
        hint="system"
        list={SYSTEMS}
        problemId={problemId}
        onSettle={setText}
      />
      <datalist id={SYSTEMS}>
        {data?.systems.map(({ system_id }) => (
          <option key={system_id} value={system_id} />
        ))}
      </datalist>
    </>
  );
}
