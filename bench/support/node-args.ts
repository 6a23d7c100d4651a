import { join } from "node:path";
import { ROOT } from "./root.ts";

type Built = { NODE_ARGS: string[]; NODE_ENVIRONMENT: Record<string, string> };

/**
 * What slimmer itself starts Node with, as arguments and in its environment: from the build, as this is not compiled together
 * with src/.
 */
export const { NODE_ARGS, NODE_ENVIRONMENT } = (await import(
  join(ROOT, "dist/processes/node-args.js")
)) as Built;
