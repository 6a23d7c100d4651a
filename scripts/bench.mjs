// `npm run bench`: what slimmer can do on this machine, beside references. `npm run bench -- --help` lists the options.
import { compileBench } from "./compile-bench.mjs";
import { prepare } from "./prepare.mjs";

await prepare();
compileBench();
await import("../bench/dist/main.js");
