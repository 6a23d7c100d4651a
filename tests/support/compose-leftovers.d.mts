export function composeProject(run: string): string;
export function sweepCompose(run: string): Promise<void>;
