import { serverNow, tick } from "../api/clock.ts";
import { relativeWords } from "./duration-words.ts";
import { absoluteWords } from "./time-words.ts";
import { Tooltip } from "./tooltip.tsx";

type Props = {
  at: Date | undefined;
  /** What to say where there is no time; a dash by default. */
  none?: string;
  /** When it arrived, where that is another clock than the one of `at`. */
  arrived?: Date | undefined;
  /** Where it is in no row or link that has the focus instead. */
  focusable?: boolean;
};

/** "3 min ago", with the absolute time and its zone (and when it arrived) on hover and focus. */
export function Time({ at, none = "—", arrived, focusable = false }: Props) {
  if (!at) return <span class="faint">{none}</span>;
  tick.value; // The words age with every second.
  return (
    <Tooltip text={hint(at, arrived)} focusable={focusable}>
      <time class="num" dateTime={at.toISOString()}>
        {relativeWords(at.getTime(), serverNow())}
      </time>
    </Tooltip>
  );
}

function hint(at: Date, arrived: Date | undefined): string {
  if (!arrived) return absoluteWords(at);
  return `happened ${absoluteWords(at)}\narrived ${absoluteWords(arrived)}`;
}
