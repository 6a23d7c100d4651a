import { LIMITS } from "../../domain/limits.ts";
import { textProblem } from "../sensors/parse-sensor.ts";
import type { Usage } from "../usage.ts";

/** The id of the system that a command speaks for; what is wrong with it is collected. */
export function requireSystem(flag: string | undefined, usage: Usage): string {
  const system = flag ?? process.env.SLIMMER_SYSTEM ?? "";
  if (system === "") {
    usage.wrong("--system (or SLIMMER_SYSTEM) is missing: the id of the system to speak for");
    return system;
  }
  const problem = textProblem(system, LIMITS.systemId);
  if (problem) usage.wrong(`--system=${JSON.stringify(system)} ${problem}`);
  return system;
}
