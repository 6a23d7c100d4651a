import type { ListSensorsRequestOutput, ListSensorsResponse } from "slimmer-grpc";
import { type Issues, refuseIssues } from "../../domain/field-checks.ts";
import { LIMITS } from "../../domain/limits.ts";
import {
  ATTENTIONS,
  listSensorsByAttention,
  listSensorsByName,
  type SensorKey,
} from "../../store/reads/sensors.ts";
import { checkChoice, checkNameFilters, checkPageSize, checkSystemId } from "../checks.ts";
import type { ReaderContext } from "../context.ts";
import { likeOf } from "../globs.ts";
import { checkPageToken, isNameIn, isPlaceAmong, type Json, pageTokenText } from "../page-token.ts";
import { toSensors } from "./sensor-message.ts";

const ORDERS = ["ATTENTION", "NAME"] as const;

/** As of when the whole list is judged, and the last sensor of the page; see list-systems.ts. */
type State = readonly [
  nowUs: number,
  rank: number,
  category: string,
  name: string,
  identity: string,
];

export async function listSensors(
  { read, nowUs, requireSystem }: ReaderContext,
  request: ListSensorsRequestOutput,
): Promise<ListSensorsResponse> {
  const { size, order, attentions, filters, state } = parse(request);
  const { system_id: systemId, category, name, identity } = request;
  const systemNo = await requireSystem(systemId);
  const now = state?.[0] ?? nowUs();
  const list = order === "NAME" ? listSensorsByName : listSensorsByAttention;
  return read(async (db) => {
    const found = await list(db, {
      systemNo,
      nowUs: now,
      filter: {
        category: patternOf(category),
        name: patternOf(name),
        identity: patternOf(identity),
        attentions,
      },
      after: state && keyOf(state),
      limit: size + 1,
    });
    const rows = found.slice(0, size);
    const last = found.length > size ? rows.at(-1) : undefined;
    const next: State | undefined = last && [
      now,
      last.rank,
      last.category,
      last.name,
      last.identity,
    ];
    return {
      sensors: await toSensors(db, { systemNo, systemId }, rows, now),
      next_page_token: next ? pageTokenText(filters, next) : "",
    };
  });
}

function parse(request: ListSensorsRequestOutput) {
  const issues: Issues = [];
  checkSystemId(issues, request.system_id);
  const size = checkPageSize(issues, request.page_size);
  checkNameFilters(issues, request);
  const chosen = request.attention.map((one, place) =>
    checkChoice(issues, `attention[${place}]`, one, ATTENTIONS),
  );
  const attentions = [...new Set(chosen)].sort();
  const order = checkChoice(issues, "order", request.order, ORDERS);
  const { system_id: systemId, category, name, identity } = request;
  const filters = { list: "sensors", systemId, order, attentions, category, name, identity };
  const state = checkPageToken(issues, request.page_token, filters, isState);
  refuseIssues(issues);
  return { size, order, attentions, filters, state };
}

function patternOf(glob: string): string | undefined {
  return glob === "" ? undefined : likeOf(glob);
}

function keyOf([, rank, category, name, identity]: State): SensorKey {
  return { rank, category, name, identity };
}

function isState(state: Json): state is State {
  if (!Array.isArray(state) || state.length !== 5) return false;
  const [nowUs, rank, category, name, identity] = state as readonly Json[];
  return (
    Number.isSafeInteger(nowUs) &&
    isPlaceAmong(rank, ATTENTIONS.length) &&
    isNameIn(category, LIMITS.category) &&
    isNameIn(name, LIMITS.entityName) &&
    isNameIn(identity, LIMITS.identity)
  );
}
