import type { ComponentChildren } from "preact";

type Props = {
  /** Its name as an anchor. */
  id: string;
  title: ComponentChildren;
  /** A word or two beside the title. */
  note?: ComponentChildren;
  /** Links and buttons at the end of the line. */
  tools?: ComponentChildren;
  children: ComponentChildren;
};

/** A part of a page under its title. */
export function Panel({ id, title, note, tools, children }: Props) {
  return (
    <section class="panel" id={id} aria-labelledby={`${id}-title`}>
      <div class="section-head">
        <h2 id={`${id}-title`}>{title}</h2>
        {note && <span class="faint num">{note}</span>}
        {tools && <span class="gap" />}
        {tools}
      </div>
      {children}
    </section>
  );
}
