import type { WriteStream } from "node:tty";

const CODES = { green: 32, yellow: 33, red: 31, dim: 2 } as const;
export type Colour = keyof typeof CODES;

/** Paints text for a terminal; leaves it alone for pipes, dumb terminals and whoever sets NO_COLOR (no-color.org). */
export function painter(
  stream: Pick<WriteStream, "isTTY">,
  env: NodeJS.ProcessEnv = process.env,
): (colour: Colour, text: string) => string {
  const isPlain = !stream.isTTY || Boolean(env.NO_COLOR) || env.TERM === "dumb";
  return (colour, text) => (isPlain ? text : `\u001b[${CODES[colour]}m${text}\u001b[0m`);
}
