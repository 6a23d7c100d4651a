// `npm run torture`: the promise, broken on purpose. `npm run torture -- --help` lists the options.
import { compileBench } from "./compile-bench.mjs";
import { prepare } from "./prepare.mjs";

await prepare();
compileBench();
await import("../bench/dist/torture/main.js");
