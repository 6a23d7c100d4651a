import type { ComponentChildren } from "preact";

export type Fact = {
  name: string;
  value: ComponentChildren;
  /** What the name means. */
  hint?: string;
};

/** Facts under their names, side by side as far as there is room. */
export function Facts({ facts }: { facts: readonly (Fact | false | undefined)[] }) {
  return (
    <dl class="facts">
      {facts.map(
        (fact) =>
          fact && (
            <div key={fact.name} data-tip={fact.hint}>
              <dt>{fact.name}</dt>
              <dd>{fact.value}</dd>
            </div>
          ),
      )}
    </dl>
  );
}
