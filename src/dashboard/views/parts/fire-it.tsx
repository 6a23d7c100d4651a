import type { Entity } from "../../api/types.ts";
import { Empty } from "../../ui/empty.tsx";
import { addressNote } from "../../ui/shell-words.ts";
import { fireCommand } from "./fire-command.ts";

type Props = {
  title: string;
  system: string;
  /** A run that goes on; where there is none, there is nothing to fire into. */
  run: string | undefined;
  /** A sensor that the run lists. */
  entity: Entity | undefined;
};

/** Nothing fired: how to fire by hand, where that does no harm. */
export function FireIt({ title, system, run, entity }: Props) {
  const commands = run &&
    entity && [
      {
        note: `Fire it by hand, to see that the way is free; it counts like any other activation.${addressNote()}`,
        command: fireCommand({ system, run, entity }),
      },
    ];
  return <Empty title={title} commands={commands || []} />;
}
