import type { GetSystemRequestOutput, System } from "slimmer-grpc";
import { type Issues, refuseIssues } from "../../domain/field-checks.ts";
import { readSystem } from "../../store/reads/systems.ts";
import { checkSystemId } from "../checks.ts";
import { noSystem, type ReaderContext } from "../context.ts";
import { MAX_GAPS } from "../runs/run-message.ts";
import { toSystems } from "./system-message.ts";

export async function getSystem(
  { read, nowUs, silentAfterMs }: ReaderContext,
  { system_id: systemId }: GetSystemRequestOutput,
): Promise<System> {
  const issues: Issues = [];
  checkSystemId(issues, systemId);
  refuseIssues(issues);
  const now = nowUs();
  return read(async (db) => {
    const row = await readSystem(db, { nowUs: now, silentAfterMs }, systemId);
    if (!row) throw noSystem(systemId);
    const [system] = await toSystems(db, [row], { nowUs: now, maxGaps: MAX_GAPS });
    return system as System;
  });
}
