import { countWords } from "./number-words.ts";

type Reach = {
  shown: number;
  loaded: number;
  /** There are more rows than those loaded. */
  hasMore: boolean;
  isFiltered: boolean;
  isSorted: boolean;
};

/** How far a filter or an order reaches: "3 of 31"; where only the first rows are loaded, "3 of the first 200". */
export function reachWords({ shown, loaded, hasMore, isFiltered, isSorted }: Reach): string {
  const all = `${hasMore ? "the first " : ""}${countWords(loaded)}`;
  if (isFiltered) return `${countWords(shown)} of ${all}`;
  return isSorted && hasMore ? `sorted: ${all} only` : "";
}
