import type { ListSystemsRequestOutput, ListSystemsResponse } from "slimmer-grpc";
import { checkText, type Issues, refuseIssues } from "../../domain/field-checks.ts";
import { LIMITS } from "../../domain/limits.ts";
import type { Queryable } from "../../store/queryable.ts";
import { STATES_BY_ATTENTION } from "../../store/reads/judged-systems.ts";
import {
  type Judging,
  listSystemsByAttention,
  listSystemsByName,
  type SystemFilter,
  type SystemRow,
} from "../../store/reads/systems.ts";
import { checkChoice, checkPageSize } from "../checks.ts";
import type { ReaderContext } from "../context.ts";
import { fittingCount } from "../message-bytes.ts";
import { checkPageToken, isNameIn, isPlaceAmong, type Json, pageTokenText } from "../page-token.ts";
import { toSystems } from "./system-message.ts";

const ORDERS = ["ATTENTION", "NAME"] as const;

/**
 * The state of a page by attention: as of when the states of the whole list are judged, so that systems do not move between
 * its pages because time goes by; then the last system of the page.
 */
type AttentionState = readonly [nowUs: number, rank: number, sinceUs: number, systemId: string];

export async function listSystems(
  context: ReaderContext,
  request: ListSystemsRequestOutput,
): Promise<ListSystemsResponse> {
  const issues: Issues = [];
  const { size, order, filter } = parse(issues, request);
  const filters = { list: "systems", order, ...filter, label: request.label } as unknown as Json;
  const list = order === "NAME" ? byName : byAttention;
  const { nowUs, page, tokenAfter } = list(context, issues, request.page_token, filters);
  refuseIssues(issues);
  const judging = { nowUs, silentAfterMs: context.silentAfterMs };
  return context.read(async (db) => {
    const found = await page(db, judging, { filter, limit: size + 1 });
    const rows = found.slice(0, size);
    const systems = await toSystems(db, rows, { nowUs, maxGaps: 0 });
    const count = fittingCount(systems);
    const last = count < found.length ? rows[count - 1] : undefined;
    return {
      systems: systems.slice(0, count),
      next_page_token: last ? tokenAfter(last) : "",
    };
  });
}

type Wish = { filter: SystemFilter; limit: number };

/** How a list goes on from a token. */
type Walk = {
  nowUs: number;
  page(db: Queryable, judging: Judging, wish: Wish): Promise<SystemRow[]>;
  tokenAfter(row: SystemRow): string;
};

function byName({ nowUs }: ReaderContext, issues: Issues, token: string, filters: Json): Walk {
  const after = checkPageToken(issues, token, filters, isSystemId);
  return {
    nowUs: nowUs(),
    page: (db, judging, wish) => listSystemsByName(db, judging, { ...wish, after }),
    tokenAfter: (row) => pageTokenText(filters, row.system_id),
  };
}

function byAttention(context: ReaderContext, issues: Issues, token: string, filters: Json): Walk {
  const state = checkPageToken(issues, token, filters, isAttentionState);
  const nowUs = state?.[0] ?? context.nowUs();
  const after = state && { rank: state[1], sinceUs: state[2], systemId: state[3] };
  return {
    nowUs,
    page: (db, judging, wish) => listSystemsByAttention(db, judging, { ...wish, after }),
    tokenAfter: (row) => pageTokenText(filters, stateAfter(nowUs, row)),
  };
}

function stateAfter(nowUs: number, row: SystemRow): AttentionState {
  return [nowUs, row.rank, row.since_us, row.system_id];
}

function parse(issues: Issues, request: ListSystemsRequestOutput) {
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
  const filter: SystemFilter = { query: request.query, states: [...new Set(states)].sort(), label };
  return { size, order, filter };
}

function labelOf(text: string): SystemFilter["label"] {
  if (text === "") return undefined;
  const equals = text.indexOf("=");
  if (equals < 0) return { key: text, value: undefined };
  return { key: text.slice(0, equals), value: text.slice(equals + 1) };
}

function isSystemId(state: Json | undefined): state is string {
  return isNameIn(state, LIMITS.systemId);
}

function isAttentionState(state: Json): state is AttentionState {
  if (!Array.isArray(state) || state.length !== 4) return false;
  const [nowUs, rank, sinceUs, systemId] = state as readonly Json[];
  return (
    [nowUs, sinceUs].every(Number.isSafeInteger) &&
    isPlaceAmong(rank, STATES_BY_ATTENTION.length) &&
    isSystemId(systemId)
  );
}
