/** ⏱, drawn: many systems have no font with it. */
export function ClockShape() {
  return <span class="clock-shape" aria-hidden="true" />;
}
