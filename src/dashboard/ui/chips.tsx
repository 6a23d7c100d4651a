import type { ComponentChildren } from "preact";
import { countWords } from "./number-words.ts";

type Props<K extends string> = {
  label: string;
  options: readonly { value: K; label: ComponentChildren; count?: number }[];
  chosen: readonly K[];
  onChange: (chosen: K[]) => void;
  /** Only one at a time; a second click takes it back. */
  single?: boolean;
};

/** Filters as buttons that stay pressed. */
export function Chips<K extends string>({ label, options, chosen, onChange, single }: Props<K>) {
  const toggle = (value: K) => {
    if (chosen.includes(value)) onChange(chosen.filter((other) => other !== value));
    else onChange(single ? [value] : [...chosen, value]);
  };
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset can't be laid out in a line everywhere
    <div class="chips" role="group" aria-label={label}>
      {options.map((option) => (
        <button
          type="button"
          class="chip"
          key={option.value}
          aria-pressed={chosen.includes(option.value)}
          onClick={() => toggle(option.value)}
        >
          {option.label}
          {option.count !== undefined && <span class="num faint"> {countWords(option.count)}</span>}
        </button>
      ))}
    </div>
  );
}

/** One of a few, like tabs without pages. */
export function Choice<K extends string>({
  label,
  options,
  chosen,
  onChange,
}: {
  label: string;
  options: readonly { value: K; label: string }[];
  chosen: K;
  onChange: (chosen: K) => void;
}) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset can't be laid out in a line everywhere
    <div class="choice" role="group" aria-label={label}>
      {options.map(({ value, label: text }) => (
        <button
          type="button"
          key={value}
          aria-pressed={value === chosen}
          onClick={() => onChange(value)}
        >
          {text}
        </button>
      ))}
    </div>
  );
}
