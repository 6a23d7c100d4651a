import { lookup } from "node:dns/promises";
import { isIP } from "node:net";
import { within } from "../../kit/within.ts";
import type { Place } from "../connection/target.ts";
import { type Finding, findings } from "./finding.ts";

const { ok, fail } = findings("name");

/** Whether the name of the server leads to addresses. */
export async function checkName({ host }: Place, timeoutMs: number): Promise<Finding> {
  if (isIP(host)) return ok(`${host} is an address`);
  try {
    const found = await within(timeoutMs, "resolving the name", lookup(host, { all: true }));
    return ok(`${host} is ${found.map(({ address }) => address).join(", ")}`);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const why = code === "ENOTFOUND" ? "no such name" : (error as Error).message;
    return fail(
      `${host} can't be resolved: ${why}`,
      `check the spelling, and the DNS of this machine: getent hosts ${host}`,
    );
  }
}
