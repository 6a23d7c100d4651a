export type EnvoyPlace = { binary: string } | { image: string };
export function envoyPlace(env: NodeJS.ProcessEnv): Promise<EnvoyPlace | { reason: string }>;
