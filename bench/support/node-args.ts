import { join } from "node:path";
import { ROOT } from "./root.ts";

type Built = { NODE_ARGS: string[] };

/** What slimmer itself starts Node with: from the build, as this is not compiled together with src/. */
export const { NODE_ARGS } = (await import(join(ROOT, "dist/processes/node-args.js"))) as Built;
