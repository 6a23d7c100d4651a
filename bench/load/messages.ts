import { MainService } from "slimmer-grpc";
import { v7 } from "uuid";
import { type BenchSystem, sensorOf } from "../systems.ts";

/** Requests as bytes, made once and given new ids before each window. */
export type Messages = {
  /** At least so many messages, every activation in them with an id of now. */
  refill(messages: number): readonly Buffer[];
};

/** Long enough for any id, and found nowhere else in a message. */
export const PLACEHOLDER = "00000000-0000-7000-8000-000000000000";

export function singleMessages(systems: readonly BenchSystem[]): Messages {
  let number = 0;
  const nextSeq = counters();
  return patched(() => {
    number += 1;
    const system = systems[number % systems.length] as BenchSystem;
    return MainService.new_activation.requestSerialize({
      system_id: system.systemId,
      run_id: system.runId,
      entity: sensorOf((number * 7) % system.sensors),
      activation_id: PLACEHOLDER,
      seq: nextSeq(system),
    });
  });
}

/** Batches of one system each: it stands in the batch, and the items leave it out. */
export function batchMessages(systems: readonly BenchSystem[], size: number): Messages {
  let batchNo = 0;
  let number = 0;
  const nextSeq = counters();
  return patched(() => {
    batchNo += 1;
    const system = systems[batchNo % systems.length] as BenchSystem;
    const activations = Array.from({ length: size }, () => {
      number += 1;
      const entity = sensorOf((number * 7) % system.sensors);
      return { entity, activation_id: PLACEHOLDER, seq: nextSeq(system) };
    });
    return MainService.new_activations.requestSerialize({
      system_id: system.systemId,
      run_id: system.runId,
      batch_no: batchNo,
      activations,
    });
  });
}

/** Each run is counted for itself, without a gap, as clients do. */
function counters(): (system: BenchSystem) => number {
  const counted = new Map<BenchSystem, number>();
  return (system) => {
    const seq = (counted.get(system) ?? 0) + 1;
    counted.set(system, seq);
    return seq;
  };
}

/** Whatever `make` makes, with a new id in each place where it left a PLACEHOLDER. */
export function patched(make: () => Buffer): Messages {
  const messages: Buffer[] = [];
  const places: number[][] = [];
  return {
    refill(count) {
      while (messages.length < count) {
        const message = make();
        messages.push(message);
        places.push(findIds(message));
      }
      const chosen = messages.slice(0, count);
      chosen.forEach((message, index) => {
        for (const place of places[index] as number[]) message.write(v7(), place, "latin1");
      });
      return chosen;
    },
  };
}

function findIds(message: Buffer): number[] {
  const found: number[] = [];
  for (
    let place = message.indexOf(PLACEHOLDER, 0, "latin1");
    place !== -1;
    place = message.indexOf(PLACEHOLDER, place + 36, "latin1")
  ) {
    found.push(place);
  }
  return found;
}
