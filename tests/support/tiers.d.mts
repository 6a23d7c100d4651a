export type Tier = {
  readonly name: string;
  /** `database`: the same files once per database. `machine`: one file after the other. */
  readonly kind: "unit" | "database" | "machine";
  /** The folders of tests/ whose files it runs. */
  readonly folders: readonly string[];
  /** The variable that gives it something to run with; where it is set, the tier must run. */
  readonly variable?: string;
  /** Why the tier can't run here, or undefined where it can. */
  probe(env: NodeJS.ProcessEnv): Promise<string | undefined>;
};

export const TIERS: readonly Tier[];
export const POSTGRES_IMAGE: string;
export function probeTiers(
  env: NodeJS.ProcessEnv,
): Promise<(Tier & { reason: string | undefined })[]>;
export function requiredTiers(env: NodeJS.ProcessEnv): Set<string>;
export function pythonOf(env: NodeJS.ProcessEnv): string;
export function chromiumOf(env: NodeJS.ProcessEnv): string;
