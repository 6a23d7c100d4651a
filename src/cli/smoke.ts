import type { Command } from "commander";
import { newUuidV7 } from "../domain/uuid.ts";
import { EXIT } from "../processes/exit-codes.ts";
import { version } from "../version.ts";
import {
  addConnectionOptions,
  type Connection,
  readConnection,
} from "./connection/connection-options.ts";
import {
  connectToServer,
  refusalText,
  type ServerConnection,
  timeSince,
} from "./connection/server-connection.ts";
import { note, printLine } from "./output/output-option.ts";
import { isEchoed } from "./ping.ts";

/** The server answered a step, but not as slimmer does. */
class WrongAnswer extends Error {
  override readonly name = "WrongAnswer";
}

type Step = {
  name: string;
  /** Resolves with what was seen; rejects with a ServiceError or a WrongAnswer. */
  run(): Promise<string>;
};

/** Adds `slimmer smoke [address]`. */
export function addSmoke(slimmer: Command): void {
  const command = slimmer
    .command("smoke")
    .summary("Try whether a server stores.")
    .description(
      "Try whether a server stores: ping it, register a run, send an activation twice (the second time it must be a duplicate), end the run.",
    )
    .argument("[address]", "the server; wins over --address")
    // Not by SLIMMER_SYSTEM: a trial must not end the run of a real system because of what a shell exports.
    .option("--system <id>", "the system of the run", "smoke-test");
  addConnectionOptions(command).action(
    async (address: string | undefined, { system }: { system: string }) => {
      process.exitCode = await smoke(readConnection(command, { address }), system);
    },
  );
}

/**
 * Lives the short life of a system against a running server, and has it prove that it stores. Prints a line for each
 * step; resolves with the exit code. It leaves a run, a sensor and an activation behind.
 */
async function smoke(connection: Connection, system: string): Promise<number> {
  const server = connectToServer(connection);
  try {
    for (const step of stepsFor(server, system)) {
      const problem = await tryStep(step);
      if (problem === undefined) continue;
      note(`${connection.address} failed at ${step.name}: ${problem}`);
      return EXIT.failed;
    }
    return EXIT.ok;
  } finally {
    server.close();
  }
}

/** Says how the step went; resolves with what is wrong, if anything is. */
async function tryStep({ name, run }: Step): Promise<string | undefined> {
  const startedAt = performance.now();
  try {
    const outcome = await run();
    printLine(`${name}: ${outcome} (${timeSince(startedAt)})`);
    return undefined;
  } catch (error) {
    return error instanceof WrongAnswer ? error.message : refusalText(error);
  }
}

function stepsFor(server: ServerConnection, system: string): Step[] {
  const run = { system_id: system, run_id: newUuidV7() };
  const sensor = { category: "smoke", name: "smoke test", identity: "smoke-1" };
  const activation = { ...run, entity: sensor, activation_id: newUuidV7() };

  /** Sends the same activation whenever it is called. */
  async function fire(duplicate: boolean): Promise<void> {
    const answer = await server.call("new_activation", activation);
    demand(answer.success, "success is false");
    demand(
      answer.activation_id === activation.activation_id,
      `the answer is for activation ${answer.activation_id || "(none)"}, not for ${activation.activation_id}`,
    );
    demand(answer.duplicate === duplicate, `duplicate is ${answer.duplicate}`);
  }

  return [
    {
      name: "ping",
      async run() {
        demand(await isEchoed(server), "the answer is no echo: it is no slimmer");
        return "echoed";
      },
    },
    {
      name: "new_system_run",
      async run() {
        const { run_id: runId } = await server.call("new_system_run", {
          ...run,
          entities: [sensor],
          client: { name: "slimmer smoke", version },
        });
        demand(runId === run.run_id, `the answer is for run ${runId}, not for ${run.run_id}`);
        return `run ${runId} of ${system} is registered`;
      },
    },
    {
      name: "new_activation",
      async run() {
        await fire(false);
        return `activation ${activation.activation_id} is acknowledged`;
      },
    },
    {
      name: "new_activation again",
      async run() {
        await fire(true);
        return "it is a duplicate, so the first one is stored";
      },
    },
    {
      name: "end_system_run",
      async run() {
        await server.call("end_system_run", { ...run, reason: "end of the smoke test" });
        return "the run has ended";
      },
    },
  ];
}

function demand(isTrue: boolean, problem: string): void {
  if (!isTrue) throw new WrongAnswer(problem);
}
