import { type ActivationOutput, MainService } from "slimmer-grpc";
import type { Sensor } from "../sensor.ts";
import type { Spool } from "../spool/spool.ts";
import type { Item, Refusal } from "./item.ts";

/** Sets aside what the server will never take, in a form that people can read; returns the sensor, where it can be read. */
export type DeadLetter = (item: Item, refusal: Refusal) => Sensor | undefined;

export function createDeadLetter({
  spool,
  systemIdOf,
  nowMs,
}: {
  spool: Spool | undefined;
  systemIdOf(runId: string): string;
  nowMs(): number;
}): DeadLetter {
  return (item, refusal) => {
    const activation = decode(item.bytes);
    const sensor = activation?.entity ?? undefined;
    spool?.deadLetters.append({
      refused_at: new Date(nowMs()).toISOString(),
      ...refusal,
      system_id: systemIdOf(item.runId),
      run_id: item.runId,
      activation_id: item.activationId,
      fired_at: new Date(item.atMs).toISOString(),
      ...(activation
        ? {
            entity: activation.entity,
            seq: activation.seq,
            attributes: activation.attributes,
          }
        : { bytes: item.bytes.toString("base64") }),
    });
    return sensor && { category: sensor.category, name: sensor.name, identity: sensor.identity };
  };
}

function decode(bytes: Buffer): ActivationOutput | undefined {
  try {
    return MainService.new_activation.requestDeserialize(bytes) as ActivationOutput;
  } catch {
    return undefined;
  }
}
