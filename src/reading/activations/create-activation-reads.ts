import { SlimmerError } from "../../domain/errors.ts";
import { checkUuid, type Issues, refuseIssues } from "../../domain/field-checks.ts";
import type { Lane } from "../../store/lane.ts";
import { comparePlaces, type Place, placeOf, START } from "../../store/reads/activation-places.ts";
import { type FoundActivation, findActivation } from "../../store/reads/activations.ts";
import { inOrder } from "../../store/reads/in-order.ts";
import { findSystem } from "../../store/systems.ts";
import { checkPageSize, checkSystemId } from "../checks.ts";
import { noSystem } from "../context.ts";
import { createNameBook, type NameBook } from "../feed/names.ts";
import { fittingCount } from "../message-bytes.ts";
import { checkPageToken, type Json, pageTokenText } from "../page-token.ts";
import type { Reader } from "../reader.ts";
import { type ActivationFilters, checkFilters, findWanted } from "./filter.ts";
import { learnNames, messageOf } from "./message.ts";
import { createWalk } from "./walk.ts";

export type ActivationReads = Pick<Reader, "list_activations" | "get_activation"> & {
  /**
   * All that the filters leave, the newest first, in pages whose names are known, of at most as many rows as
   * `rowsOfNext` says, which is given the latest page that had any. Each page is a question of its own, so nothing is held
   * while the consumer thinks. Refuses as list_activations does, and before the first page; that comes at once, empty where a
   * longer search begins.
   */
  pages(
    filters: ActivationFilters,
    rowsOfNext: (before: readonly FoundActivation[] | undefined) => number,
    signal: AbortSignal,
  ): AsyncGenerator<readonly FoundActivation[]>;
  readonly names: NameBook;
};

export type ActivationReadsOptions = { reads: Pick<Lane, "run">; nowMs(): number };

/** Lists of activations, from the rows themselves. */
export function createActivationReads({ reads, nowMs }: ActivationReadsOptions): ActivationReads {
  const names = createNameBook((work) => reads.run(work));

  return {
    names,
    async list_activations(request) {
      const issues: Issues = [];
      const limit = checkPageSize(issues, request.page_size);
      checkFilters(issues, request);
      const filters = hashedFilters(request);
      const state = checkPageToken(issues, request.page_token, filters, isState);
      const after = state ? placeIn(state) : START;
      refuseIssues(issues);
      const { rows, end } = await reads.run(async (db) => {
        const walk = createWalk(await findWanted(db, request), nowMs);
        return inOrder(db, () => walk.next(db, { after, limit }));
      });
      await learnNames(names, rows);
      const all = rows.map((row) => messageOf(row, names));
      const count = fittingCount(all);
      const last = rows[count - 1];
      const next = last && count < rows.length ? placeOf(last) : end;
      return {
        activations: all.slice(0, count),
        next_page_token: next ? pageTokenText(filters, stateOf(next)) : "",
      };
    },

    async get_activation({ system_id: systemId, activation_id: activationId }) {
      const issues: Issues = [];
      checkSystemId(issues, systemId);
      checkUuid(issues, "activation_id", activationId);
      refuseIssues(issues);
      const row = await reads.run(async (db) => {
        const systemNo = await findSystem(db, systemId);
        if (systemNo === undefined) throw noSystem(systemId);
        return findActivation(db, systemNo, activationId.toLowerCase());
      });
      if (!row) {
        const system = JSON.stringify(systemId);
        throw new SlimmerError("NOT_FOUND", `system ${system} has no activation ${activationId}`);
      }
      await learnNames(names, [row]);
      return messageOf(row, names);
    },

    async *pages(filters, rowsOfNext, signal) {
      const issues: Issues = [];
      checkFilters(issues, filters);
      refuseIssues(issues);
      const wanted = await reads.run((db) => findWanted(db, filters));
      const walk = createWalk(wanted, nowMs);
      let before: readonly FoundActivation[] | undefined;
      for (let after: Place | undefined = START; after && !signal.aborted; ) {
        const page: Place = after;
        const limit = rowsOfNext(before);
        const { rows, end } = await reads.run((db) =>
          inOrder(db, () => walk.next(db, { after: page, limit })),
        );
        if (signal.aborted) return;
        if (end && comparePlaces(end, page) <= 0) throw new Error("a page came to no end");
        await learnNames(names, rows);
        if (rows.length > 0) before = rows;
        if (rows.length > 0 || page === START) yield rows;
        after = end;
      }
    },
  };
}

/** All that decides which rows a list has. */
function hashedFilters(filters: ActivationFilters): Json {
  const { system_id, run_id, category, name, identity, unregistered, clock_suspect, late } =
    filters;
  const since = filters.since && [filters.since.seconds, filters.since.nanos];
  const until = filters.until && [filters.until.seconds, filters.until.nanos];
  const marks = [unregistered, clock_suspect, late];
  return [
    "activations",
    system_id,
    run_id.toLowerCase(),
    category,
    name,
    identity,
    since,
    until,
    marks,
  ];
}

type State = readonly [elsewhere: 0 | 1, us: number, id: string, systemNo: number];

function stateOf({ isElsewhere, us, id, systemNo }: Place): State {
  return [isElsewhere ? 1 : 0, us, id, systemNo];
}

function placeIn([elsewhere, us, id, systemNo]: State): Place {
  return { isElsewhere: elsewhere === 1, us, id, systemNo };
}

function isState(state: Json): state is State {
  if (!Array.isArray(state) || state.length !== 4) return false;
  const [elsewhere, us, id, systemNo] = state as readonly Json[];
  const issues: Issues = [];
  if (typeof id !== "string") return false;
  checkUuid(issues, "page_token", id);
  return (
    issues.length === 0 &&
    (elsewhere === 0 || elsewhere === 1) &&
    isWhole(us) &&
    us <= START.us &&
    isWhole(systemNo) &&
    systemNo <= Number.MAX_SAFE_INTEGER
  );
}

function isWhole(value: Json | undefined): value is number {
  return typeof value === "number" && Number.isInteger(value) && value >= 0;
}
