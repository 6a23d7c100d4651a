import type { Command } from "commander";
import { duration, integer } from "../../config/kinds.ts";
import {
  addConnectionOptions,
  type Connection,
  readConnection,
} from "../connection/connection-options.ts";
import { reportClientError } from "../connection/open-client.ts";
import { addOutputOption, note, type Output } from "../output/output-option.ts";
import { createUsage } from "../usage.ts";
import { FATES, planFleet } from "./fleet.ts";
import { runFleet } from "./run-fleet.ts";
import { reportFleet } from "./summary.ts";

const SYSTEMS = integer("", 10, { min: 1, max: 500 }, "");
const SENSORS = integer("", 10, { min: 1, max: 1_000 }, "");
const RATE = integer("", 10, { min: 1, max: 100_000 }, "");
const DURATION = duration("", "5m", { min: "1s", max: "365d" }, "");
const SEED = integer("", 1, { min: 0, max: 4_294_967_295 }, "");

type Values = {
  systems: string;
  sensors: string;
  rate: string;
  duration?: string;
  seed?: string;
  output: Output;
};

/** Adds `slimmer demo`. */
export function addDemo(slimmer: Command): void {
  const command = slimmer
    .command("demo")
    .summary("Play a fleet of systems, to try slimmer with.")
    .description(
      "Play a fleet of systems named demo-01, demo-02 …: sensors that fire at random by the rhythm of the day, in bursts, never, or no more. Until --duration is over, or Ctrl-C.",
    )
    .option("--systems <n>", "how many systems", "20")
    .option("--sensors <n>", "how many sensors each has", "12")
    .option("--rate <n>", "activations per second of all together, at the start", "50")
    .option("--duration <time>", "how long, for example 5m (default: until Ctrl-C)")
    .option("--seed <n>", "the same number plays the same (default: another each time)")
    .addHelpText(
      "after",
      `\nOf ten systems, one each ${Object.values(FATES).slice(1).join("; ")}.\n\nExit codes: 0 all was delivered, 1 something was not, 2 wrong command line.`,
    );
  addConnectionOptions(addOutputOption(command)).action(async (values: Values) => {
    const usage = createUsage();
    const systems = usage.parse("--systems", values.systems, SYSTEMS);
    const sensors = usage.parse("--sensors", values.sensors, SENSORS);
    const rate = usage.parse("--rate", values.rate, RATE);
    const durationMs = usage.parse("--duration", values.duration, DURATION);
    const seed =
      usage.parse("--seed", values.seed, SEED) ?? Math.floor(Math.random() * 4_294_967_296);
    const connection = readConnection(command, { usage });
    const numbers = { systems, sensors, rate } as {
      systems: number;
      sensors: number;
      rate: number;
    };
    process.exitCode = await demo(connection, { ...numbers, seed, durationMs }, values.output);
  });
}

type Wish = {
  systems: number;
  sensors: number;
  rate: number;
  seed: number;
  durationMs: number | undefined;
};

async function demo(connection: Connection, wish: Wish, output: Output): Promise<number> {
  const now = new Date();
  const hour = now.getHours() + now.getMinutes() / 60;
  const fleet = planFleet({ ...wish, hour });
  note(`${fleet.length} systems, ${fleet[0]?.id} to ${fleet.at(-1)?.id}; --seed ${wish.seed}`);
  try {
    const played = await runFleet(connection, fleet, { hour, durationMs: wish.durationMs });
    return reportFleet(played, { seed: wish.seed, output });
  } catch (error) {
    return reportClientError(error);
  }
}
