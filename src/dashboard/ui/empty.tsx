import type { ComponentChildren } from "preact";
import { CopyButton } from "./copy-button.tsx";

type Props = {
  title: string;
  children?: ComponentChildren;
  /** What to type next, one command each. */
  commands?: { command: string; note: string }[];
};

/** Nothing there: says so, and what to do next. */
export function Empty({ title, children, commands = [] }: Props) {
  return (
    <div class="empty">
      <p class="empty-title">{title}</p>
      {children && <p>{children}</p>}
      {commands.map(({ command, note }) => (
        <div class="command" key={command}>
          <p class="faint">{note}</p>
          <code>{command}</code>
          <CopyButton text={command} label="copy" />
        </div>
      ))}
    </div>
  );
}
