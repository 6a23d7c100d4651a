import type { Entity, System } from "../../api/types.ts";
import { Empty } from "../../ui/empty.tsx";
import { addressNote } from "../../ui/shell-words.ts";
import { fireCommand } from "./fire-command.ts";

type Props = {
  title: string;
  system: string;
  /** A run that goes on; where there is none, there is nothing to fire into. */
  run: string | undefined;
  /** A sensor; one that the run lists, where it lists any. */
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

/** The run of a system that a firing by hand can go into. */
export function runningRun(system: System | undefined): string | undefined {
  const run = system?.current_run;
  return run?.state === "RUNNING" ? run.run_id : undefined;
}
