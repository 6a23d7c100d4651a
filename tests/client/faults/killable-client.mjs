// A program with the built client in it, for tests that kill it. Plain JavaScript: Node 20 runs no TypeScript.
import { openSync, writeSync } from "node:fs";
import { getClient } from "slimmer-client";

const { options, journal, sensors } = JSON.parse(process.argv[2]);
const file = openSync(journal, "a");
let client;
let run;

const requests = {
  async open() {
    client = await getClient(options);
    run = client.run(sensors);
  },
  async fire({ count }) {
    for (let number = 0; number < count; number++) {
      const sensor = sensors[number % sensors.length];
      const { activationId: id, seq, firedAt, savedTo } = run.fire(sensor);
      const firedAtMs = firedAt.getTime();
      const line = { id, runId: run.id, seq, sensor: sensor.identity, firedAtMs, savedTo };
      writeSync(file, `${JSON.stringify(line)}\n`);
    }
  },
  flush: ({ timeoutMs }) =>
    client.flush({ timeoutMs }).then(
      () => true,
      () => false,
    ),
  end: () => run.end("the test is over").then(() => run.id),
  close: () => client.close({ timeoutMs: 50 }),
};

process.on("message", async (request) => {
  const answer = await requests[request.does](request);
  process.send({ answer: answer ?? true }, () => {});
});
process.once("disconnect", () => process.exit(0));
