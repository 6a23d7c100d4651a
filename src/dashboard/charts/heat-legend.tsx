/** The colours of a heat map with the numbers that they stand for. */
export function HeatLegend({
  steps,
  unit,
}: {
  steps: readonly { colour: number; words: string }[];
  unit: string;
}) {
  return (
    <ul class="heat-legend" aria-label={`Colours: activations ${unit}`}>
      <li>
        <i class="heat-0" />0
      </li>
      {steps.map(({ colour, words }) => (
        <li key={colour}>
          <i class={`heat-${colour}`} />
          {words}
        </li>
      ))}
      <li class="faint">{unit}</li>
    </ul>
  );
}
