import type { Command } from "commander";
import { EXIT } from "../../processes/exit-codes.ts";
import {
  addConnectionOptions,
  type Connection,
  readConnection,
} from "../connection/connection-options.ts";
import { connectToServer, type ServerConnection } from "../connection/server-connection.ts";
import { placeOf } from "../connection/target.ts";
import { painter } from "../output/colours.ts";
import { addOutputOption, type Output, printJson, printLine } from "../output/output-option.ts";
import { checkAnswer, hearClock } from "./answer-check.ts";
import { checkClock } from "./clock-check.ts";
import { type Finding, findings } from "./finding.ts";
import { checkHealth, checkVersion } from "./methods-check.ts";
import { checkName } from "./name-check.ts";
import { checkSpool } from "./spool-check.ts";
import { checkTcp } from "./tcp-check.ts";
import { checkTls } from "./tls-check.ts";

/** Adds `slimmer doctor [address]`. */
export function addDoctor(slimmer: Command): void {
  const command = slimmer
    .command("doctor")
    .summary("Find out what is wrong on the way to a server.")
    .description(
      "Look at the way to a server: name, connection, TLS, token, clock, latency, version, and the spool folder. Say what was seen, and what to do. With a system it is also its sign of life.",
    )
    .argument("[address]", "the server; wins over --address")
    .addHelpText("after", "\nExit codes: 0 nothing failed, 1 something did, 2 wrong command line.");
  addConnectionOptions(addOutputOption(command), ["system", "spool"]).action(
    async (address: string | undefined, { output }: { output: Output }) => {
      process.exitCode = await doctor(readConnection(command, { address }), output);
    },
  );
}

async function doctor(connection: Connection, output: Output): Promise<number> {
  const found: Finding[] = [];
  const paint = painter(process.stdout);
  // Connects with its first call; files that can't be read are wrong before anything is looked at.
  const server = connectToServer(connection);
  try {
    for await (const finding of examine(connection, server)) {
      found.push(finding);
      if (output === "table") printFinding(finding, paint);
    }
  } finally {
    server.close();
  }
  const failed = found.filter(({ state }) => state === "fail").length;
  const warned = found.filter(({ state }) => state === "warn").length;
  if (output === "json") {
    printJson({ address: connection.address, ok: failed === 0, failed, warned, checks: found });
  } else {
    printLine();
    printLine(failed + warned === 0 ? "all is well" : `${failed} failed, ${warned} to look at`);
  }
  return failed === 0 ? EXIT.ok : EXIT.failed;
}

/** Everything that can be looked at, each as soon as it is known; what an earlier failure forbids is left out. */
async function* examine(connection: Connection, server: ServerConnection): AsyncGenerator<Finding> {
  const { address, timeoutMs, system, spool } = connection;
  if (spool !== undefined) yield await checkSpool(spool);
  const place = placeOf(address);
  if (place) {
    const name = await checkName(place, timeoutMs);
    yield name;
    if (name.state === "fail") return yield skipped();
    const tcp = await checkTcp(place, timeoutMs);
    yield tcp;
    if (tcp.state === "fail") return yield skipped();
    const tls = await checkTls(connection, place);
    yield* tls;
    if (tls.some(({ state }) => state === "fail")) return yield skipped();
  }
  const answer = await checkAnswer(server, connection);
  yield* answer;
  if (answer.some(({ state }) => state === "fail")) return yield skipped();
  yield checkClock(await hearClock(server, system).catch(() => undefined));
  yield await checkHealth(server, timeoutMs);
  yield await checkVersion(server, timeoutMs);
}

function skipped(): Finding {
  return findings("the rest").skip("not looked at: it needs what failed");
}

const COLOURS = { ok: "green", warn: "yellow", fail: "red", skip: "dim" } as const;

function printFinding(
  { check, state, seen, advice }: Finding,
  paint: ReturnType<typeof painter>,
): void {
  printLine(`${paint(COLOURS[state], state.padEnd(4))}  ${check.padEnd(18)}  ${seen}`);
  if (advice) printLine(`${" ".repeat(26)}→ ${advice}`);
}
