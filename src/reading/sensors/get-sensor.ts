import type { GetSensorRequestOutput, Sensor } from "slimmer-grpc";
import { checkEntity, type Issues, refuseIssues } from "../../domain/field-checks.ts";
import { exactPattern } from "../../store/reads/patterns.ts";
import { listSensorsByName } from "../../store/reads/sensors.ts";
import { checkSystemId } from "../checks.ts";
import { noSensor, type ReaderContext } from "../context.ts";
import { toSensors } from "./sensor-message.ts";

export async function getSensor(
  { read, nowUs, requireSystem }: ReaderContext,
  request: GetSensorRequestOutput,
): Promise<Sensor> {
  checkSensor(request);
  const { system_id: systemId, category, name, identity } = request;
  const systemNo = await requireSystem(systemId);
  const now = nowUs();
  return read(async (db) => {
    const rows = await listSensorsByName(db, {
      systemNo,
      nowUs: now,
      filter: {
        category: exactPattern(category),
        name: exactPattern(name),
        identity: exactPattern(identity),
        attentions: [],
      },
      after: undefined,
      limit: 1,
    });
    const [sensor] = await toSensors(db, { systemNo, systemId }, rows, now);
    if (!sensor) throw noSensor(systemId, request);
    return sensor;
  });
}

/** Throws FIELDS_INVALID unless the request names a system and a sensor. */
export function checkSensor(request: GetSensorRequestOutput): void {
  const issues: Issues = [];
  checkSystemId(issues, request.system_id);
  checkEntity(issues, "", request);
  refuseIssues(issues);
}
