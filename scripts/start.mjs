// `npm start`: installs and builds what is missing, then runs `slimmer up` in this same process.
//   npm start -- --grpc-listen 127.0.0.1:6000     whatever follows goes to `slimmer up`
import { fileURLToPath } from "node:url";
import { prepare } from "./prepare.mjs";

await prepare();
const cli = new URL("../dist/cli/index.js", import.meta.url);
process.argv = [process.execPath, fileURLToPath(cli), "up", ...process.argv.slice(2)];
await import(cli.href);
