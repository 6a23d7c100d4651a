// A program with the built client in it that fires, and closes nothing. Plain JavaScript: Node 20 runs no TypeScript.
import { getClient } from "slimmer-client";

const { options, waitsForDelivery } = JSON.parse(process.argv[2]);
const say = (word) => process.stdout.write(`${word}\n`);
const sensor = { category: "door", name: "front door", identity: "door-1" };

const client = await getClient(options);
client.on("delivered", () => say("delivered"));
client.on("retried", () => say("retried"));
const firing = client.run([sensor]).fire(sensor);
if (waitsForDelivery) await firing;
say("done");
