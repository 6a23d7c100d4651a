import { FLAGS } from "../../domain/activation.ts";
import type { Entity } from "../../domain/entity.ts";
import { csvCell } from "../../kit/csv-cell.ts";
import { shownUs } from "../../store/reads/activation-places.ts";
import type { FoundActivation } from "../../store/reads/activations.ts";
import { isLate } from "../activations/message.ts";
import type { NameBook } from "../feed/names.ts";
import { timeText } from "./time-text.ts";

export const CSV_HEADER =
  "system_id,run_id,category,name,identity,activation_id,shown_at,occurred_at,received_at,shown_at_unix_ms,seq,unregistered,clock_suspect,late,attributes\r\n";

/** Writes rows as CSV lines; texts that come again and again are made once. */
export function csvWriter(names: NameBook): (rows: readonly FoundActivation[]) => string {
  const sensorCells = new WeakMap<Entity, string>();
  let lastSystemNo = -1;
  let systemCell = "";

  function sensorText(entity: Entity): string {
    let text = sensorCells.get(entity);
    if (text === undefined) {
      const { category, name, identity } = entity;
      text = `${csvCell(category)},${csvCell(name)},${csvCell(identity)}`;
      sensorCells.set(entity, text);
    }
    return text;
  }

  return (rows) => {
    let lines = "";
    for (const row of rows) {
      const { systemNo, flags, attributes, occurredUs } = row;
      if (systemNo !== lastSystemNo) {
        lastSystemNo = systemNo;
        systemCell = csvCell(names.systemId(systemNo));
      }
      const shown = shownUs(row);
      const shownText = timeText(shown);
      const occurredText = shown === occurredUs ? shownText : timeText(occurredUs);
      const receivedText = timeText(row.receivedUs);
      const sensor = sensorText(names.entity(systemNo, row.entityNo));
      const runId = names.runId(systemNo, row.runNo);
      const unregistered = (flags & FLAGS.unregistered) !== 0;
      const suspect = (flags & FLAGS.clockSuspect) !== 0;
      const more = attributes ? csvCell(JSON.stringify(attributes)) : "";
      lines += `${systemCell},${runId},${sensor},${row.activationId},${shownText},${occurredText},${receivedText},${Math.floor(shown / 1_000)},${row.seq},${unregistered},${suspect},${isLate(row)},${more}\r\n`;
    }
    return lines;
  };
}
