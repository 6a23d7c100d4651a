import {
  type ExportActivationsRequestOutput,
  type ExportActivationsResponse,
  toJson,
} from "slimmer-grpc";
import { type Issues, refuseIssues } from "../../domain/field-checks.ts";
import type { FoundActivation } from "../../store/reads/activations.ts";
import type { ActivationReads } from "../activations/create-activation-reads.ts";
import { checkFilters } from "../activations/filter.ts";
import { messageOf } from "../activations/message.ts";
import { checkChoice } from "../checks.ts";
import type { NameBook } from "../feed/names.ts";
import { CSV_HEADER, csvWriter } from "./csv.ts";
import { partsOf, rowsOfNextPage } from "./page-weight.ts";

export type ExportActivations = (
  request: ExportActivationsRequestOutput,
  signal: AbortSignal,
) => AsyncGenerator<ExportActivationsResponse>;

/**
 * Every activation that the filters leave, as a file: what was stored before its start is in it exactly once, what comes
 * meanwhile may be. The next page is read when the one before has been taken, and none after the signal. The first piece comes
 * as soon as the request is known to be right, however long the search for a row takes.
 */
export function createExport(
  activations: Pick<ActivationReads, "pages" | "names">,
): ExportActivations {
  return async function* exportActivations(request, signal) {
    const issues: Issues = [];
    const format = checkChoice(issues, "format", request.format, ["CSV", "NDJSON"]);
    checkFilters(issues, request);
    refuseIssues(issues);
    const { names } = activations;
    const write = format === "CSV" ? csvWriter(names) : ndjsonWriter(names);
    let head = format === "CSV" ? CSV_HEADER : "";
    let rows = 0;
    for await (const page of activations.pages(request, rowsOfNextPage, signal)) {
      for (const part of partsOf(page)) {
        if (signal.aborted) return;
        rows += part.length;
        yield { data: Buffer.from(head + write(part)), rows };
        head = "";
      }
    }
  };
}

function ndjsonWriter(names: NameBook): (rows: readonly FoundActivation[]) => string {
  return (rows) => {
    let lines = "";
    for (const row of rows) lines += `${toJson("StoredActivation", messageOf(row, names))}\n`;
    return lines;
  };
}
