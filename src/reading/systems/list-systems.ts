import type { ListSystemsRequestOutput, ListSystemsResponse } from "slimmer-grpc";
import { checkText, type Issues, refuseIssues } from "../../domain/field-checks.ts";
import { LIMITS } from "../../domain/limits.ts";
import { STATES_BY_ATTENTION } from "../../store/reads/judged-systems.ts";
import {
  listSystemsByAttention,
  listSystemsByName,
  type SystemFilter,
  type SystemRow,
} from "../../store/reads/systems.ts";
import { checkChoice, checkPageSize } from "../checks.ts";
import type { ReaderContext } from "../context.ts";
import { type Json, pageTokenText, readPageToken } from "../page-token.ts";
import { toSystems } from "./system-message.ts";

const ORDERS = ["ATTENTION", "NAME"] as const;

/**
 * The state of a page by attention: as of when the states of the whole list are judged, so that systems do not move between
 * its pages because time goes by; then the last system of the page.
 */
type AttentionState = readonly [nowUs: number, rank: number, sinceUs: number, systemId: string];

export async function listSystems(
  { read, nowUs, silentAfterMs }: ReaderContext,
  request: ListSystemsRequestOutput,
): Promise<ListSystemsResponse> {
  const { size, order, filter } = parse(request);
  const filters = { list: "systems", order, ...filter, label: request.label } as unknown as Json;
  const { page_token: token } = request;
  const limit = size + 1;

  if (order === "NAME") {
    const after = readPageToken(token, filters, isText);
    const now = nowUs();
    return read(async (db) => {
      const judging = { nowUs: now, silentAfterMs };
      const found = await listSystemsByName(db, judging, { filter, after, limit });
      const rows = found.slice(0, size);
      const last = found.length > size ? rows.at(-1) : undefined;
      return {
        systems: await toSystems(db, rows, { nowUs: now, maxGaps: 0 }),
        next_page_token: last ? pageTokenText(filters, last.system_id) : "",
      };
    });
  }

  const state = readPageToken(token, filters, isAttentionState);
  const now = state?.[0] ?? nowUs();
  const after = state && { rank: state[1], sinceUs: state[2], systemId: state[3] };
  return read(async (db) => {
    const judging = { nowUs: now, silentAfterMs };
    const found = await listSystemsByAttention(db, judging, { filter, after, limit });
    const rows = found.slice(0, size);
    const last = found.length > size ? rows.at(-1) : undefined;
    return {
      systems: await toSystems(db, rows, { nowUs: now, maxGaps: 0 }),
      next_page_token: last ? pageTokenText(filters, stateAfter(now, last)) : "",
    };
  });
}

function stateAfter(nowUs: number, row: SystemRow): AttentionState {
  return [nowUs, row.rank, row.since_us, row.system_id];
}

function parse(request: ListSystemsRequestOutput) {
  const issues: Issues = [];
  const size = checkPageSize(issues, request.page_size);
  checkText(issues, "query", request.query, { min: 0, max: LIMITS.systemId });
  const states = request.states.map((state, place) =>
    checkChoice(issues, `states[${place}]`, state, STATES_BY_ATTENTION),
  );
  const order = checkChoice(issues, "order", request.order, ORDERS);
  const label = labelOf(request.label);
  if (label) {
    checkText(issues, "label", label.key, { min: 1, max: LIMITS.mapKey });
    if (label.value) checkText(issues, "label", label.value, { min: 0, max: LIMITS.mapValue });
  }
  refuseIssues(issues);
  const filter: SystemFilter = { query: request.query, states: [...new Set(states)].sort(), label };
  return { size, order, filter };
}

function labelOf(text: string): SystemFilter["label"] {
  if (text === "") return undefined;
  const equals = text.indexOf("=");
  if (equals < 0) return { key: text, value: undefined };
  return { key: text.slice(0, equals), value: text.slice(equals + 1) };
}

function isText(state: Json): state is string {
  return typeof state === "string";
}

function isAttentionState(state: Json): state is AttentionState {
  if (!Array.isArray(state) || state.length !== 4) return false;
  const [nowUs, rank, sinceUs, systemId] = state;
  return [nowUs, rank, sinceUs].every(Number.isSafeInteger) && typeof systemId === "string";
}
