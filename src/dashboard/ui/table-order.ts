/** What a cell holds, for sorting, filtering and copying. */
export type Value = string | number | Date | undefined;

export type Order = { key: string; down: boolean };

/** "-last_fired" is descending; no text is the order that the rows came in. */
export function parseOrder(text: string): Order | undefined {
  if (!text) return undefined;
  return text.startsWith("-") ? { key: text.slice(1), down: true } : { key: text, down: false };
}

export function formatOrder(order: Order | undefined): string {
  return order ? `${order.down ? "-" : ""}${order.key}` : "";
}

/** A first click sorts what is a name upwards and what is a figure downwards; a third one gives the order back. */
export function nextOrder(
  current: Order | undefined,
  key: string,
  startsDown: boolean,
): Order | undefined {
  if (current?.key !== key) return { key, down: startsDown };
  return current.down === startsDown ? { key, down: !startsDown } : undefined;
}

const NAMES = new Intl.Collator("en", { numeric: true, sensitivity: "base" });

/** Sorts a copy. What is not there comes last, either way; equal rows keep their order. */
export function sortRows<T>(rows: readonly T[], read: (row: T) => Value, down: boolean): T[] {
  const keyed = rows.map((row) => ({ row, value: read(row) }));
  keyed.sort((a, b) => {
    if (a.value === undefined || b.value === undefined) {
      return Number(a.value === undefined) - Number(b.value === undefined);
    }
    const order = compare(a.value, b.value);
    return down ? -order : order;
  });
  return keyed.map(({ row }) => row);
}

function compare(a: string | number | Date, b: string | number | Date): number {
  if (typeof a === "string" && typeof b === "string") return NAMES.compare(a, b);
  return Number(a) - Number(b);
}

/** Rows of which some cell holds each of the words. */
export function filterRows<T>(
  rows: readonly T[],
  textOf: (row: T) => string,
  filter: string,
): readonly T[] {
  const words = filter.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return rows;
  return rows.filter((row) => {
    const text = textOf(row).toLowerCase();
    return words.every((word) => text.includes(word));
  });
}
