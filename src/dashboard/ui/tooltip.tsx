import type { ComponentChildren } from "preact";

type Props = { text: string; children: ComponentChildren; focusable?: boolean };

/**
 * Words that show on hover and on focus. The tip is drawn once, by shell/tip.ts, so a thousand of these cost nothing;
 * screen readers get the words as a description.
 */
export function Tooltip({ text, children, focusable = false }: Props) {
  return (
    <span
      class="tip"
      data-tip={text}
      aria-description={text}
      {...(focusable && { tabIndex: 0, role: "note" })}
    >
      {children}
    </span>
  );
}
