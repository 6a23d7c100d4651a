export function docker(
  args: readonly string[],
  options?: { timeout?: number; cwd?: string; env?: NodeJS.ProcessEnv },
): Promise<string>;
export function dockerAnswers(): Promise<boolean>;
export function composeCommand(): Promise<string[] | undefined>;
export function hasImage(name: string): Promise<boolean>;
