import { ROWS_OF_STATEMENTS } from "../../store/reads/activation-statements.ts";
import type { FoundActivation } from "../../store/reads/activations.ts";

/** What one page may weigh, about: a few tens of milliseconds of one connection. 4,000 rows without attributes are a megabyte. */
const PAGE_BYTES = 2 * 1024 * 1024;
const ROW_BYTES = 250;

/**
 * How many rows to read next, by the weight of those before, as statements can have them. Attributes may make a row a
 * hundred times as heavy as it is without any: so the first page is small, and pages grow a step at a time.
 */
export function rowsOfNextPage(before: readonly FoundActivation[] | undefined): number {
  const [least] = ROWS_OF_STATEMENTS;
  if (!before) return least;
  const each = weightOf(before) / Math.max(1, before.length);
  const fitting = ROWS_OF_STATEMENTS.filter((rows) => rows * each <= PAGE_BYTES);
  const step = ROWS_OF_STATEMENTS.find((rows) => rows > before.length) ?? Number.POSITIVE_INFINITY;
  return Math.max(least, ...fitting.filter((rows) => rows <= step));
}

/** The page in parts that weigh no more than one may, or are a single row: nearly always in one, as an empty one is. */
export function* partsOf(page: readonly FoundActivation[]): Generator<readonly FoundActivation[]> {
  let start = 0;
  let weight = 0;
  for (const [place, row] of page.entries()) {
    const more = weightOf([row]);
    if (weight > 0 && weight + more > PAGE_BYTES) {
      yield page.slice(start, place);
      start = place;
      weight = 0;
    }
    weight += more;
  }
  if (start === 0) yield page;
  else yield page.slice(start);
}

function weightOf(rows: readonly FoundActivation[]): number {
  let weight = ROW_BYTES * rows.length;
  for (const { attributes } of rows) {
    for (const key in attributes) weight += key.length + (attributes[key] ?? "").length + 6;
  }
  return weight;
}
