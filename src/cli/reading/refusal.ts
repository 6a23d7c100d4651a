import { type ServiceError, status } from "@grpc/grpc-js";
import { decodeStatusDetails, STATUS_DETAILS_KEY } from "slimmer-grpc";
import { EXIT } from "../../processes/exit-codes.ts";
import { refusalText } from "../connection/server-connection.ts";
import { note } from "../output/output-option.ts";
import { wrongUsage } from "../usage.ts";

/** The exit code of a refused call, after a sentence about it. What the server says of the request is an error of usage. */
export function reportRefusal(error: unknown, address: string): number {
  const { code } = error as Partial<ServiceError>;
  if (code === status.INVALID_ARGUMENT) throw wrongUsage(wrongFields(error as ServiceError), error);
  note(sentenceOf(error, address));
  return EXIT.failed;
}

/** What a refusal means, for people. Throws again what is no refusal. */
export function sentenceOf(error: unknown, address: string): string {
  const { code, details } = error as Partial<ServiceError>;
  if (code === status.UNIMPLEMENTED) {
    return `${address} can't be asked what it has stored: it is a slimmer older than this command, or a proxy that leaves slimmer_grpc.Reader out (${details})`;
  }
  if (code === status.NOT_FOUND) return details || "that is not there";
  if (code === status.UNAVAILABLE || code === status.DEADLINE_EXCEEDED) {
    return `${address} did not answer: ${refusalText(error)}`;
  }
  return `${address} refused: ${refusalText(error)}`;
}

function wrongFields(error: ServiceError): string[] {
  const [bytes] = error.metadata?.get(STATUS_DETAILS_KEY) ?? [];
  const fields = Buffer.isBuffer(bytes) ? decodeStatusDetails(bytes).fields : [];
  if (fields.length === 0) return [error.details];
  return fields.map(({ field, description }) => `${flagOf(field)} ${description}`);
}

const FLAGS: Record<string, string> = {
  system_id: "the system",
  run_id: "the run",
  page_size: "--limit",
  states: "--state",
};

/** What the user wrote where the server names its own field. */
function flagOf(field: string): string {
  const known = ["category", "name", "identity", "since", "until", "recent", "cursor", "query"];
  if (known.includes(field) || field === "label") return `--${field}`;
  return FLAGS[field] ?? field;
}
