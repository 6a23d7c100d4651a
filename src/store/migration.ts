import type { Knex } from "knex";

/** One step of the schema. All that are pending run in one transaction. */
export type Migration = {
  /** `NNNN_what`; with `_breaking_` in it where the previous release can't work on the schema any more. */
  readonly name: string;
  up(db: Knex): Promise<void>;
  down(db: Knex): Promise<void>;
};
