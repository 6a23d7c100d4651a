import type { Knex } from "knex";

/** One step of the schema. All that are pending run in one transaction. */
export type Migration = {
  readonly name: string;
  /** An older server can't work on the schema any more; the changelog must say so. */
  readonly breaking?: true;
  up(db: Knex): Promise<void>;
  down(db: Knex): Promise<void>;
};
