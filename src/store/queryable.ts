import type { QueryConfig, QueryResult } from "pg";

/** Whatever runs a statement: a pool, a client of it, a connection of one's own. */
export type Queryable = {
  query(statement: string | QueryConfig, values?: unknown[]): Promise<QueryResult>;
};
