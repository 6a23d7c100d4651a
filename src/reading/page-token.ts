import { createHash } from "node:crypto";
import { SlimmerError } from "../domain/errors.ts";
import { checkText, type Issues, invalid } from "../domain/field-checks.ts";

/** What JSON can hold. */
export type Json =
  | null
  | boolean
  | number
  | string
  | readonly Json[]
  | { readonly [key: string]: Json };

/** What a token holds changes with its version: one of another version is refused like any other text. */
const VERSION = 1;
const HEAD_BYTES = 9;
/** Nothing that a list remembers comes near this. */
const MAX_LENGTH = 4_096;
const BASE64URL = /^[\w-]+$/;

/**
 * An opaque page token: base64url of a version, a hash of the filters that the page belongs to, and the state as JSON.
 * `filters` must say all that decides which rows a list has, and in which order; the size of a page is no part of that.
 * It is no secret and no proof: who makes one up gets a page that they could have had anyway.
 */
export function pageTokenText(filters: Json, state: Json): string {
  const head = Buffer.concat([Buffer.from([VERSION]), hashOf(filters)]);
  return Buffer.concat([head, Buffer.from(JSON.stringify(state))]).toString("base64url");
}

/**
 * The state in a token, or undefined for an empty one, which begins at the beginning. Throws FIELDS_INVALID on page_token
 * where no list with these filters has given it out. `isState` says whether what is in it is what the caller puts in.
 */
export function readPageToken<S extends Json>(
  text: string,
  filters: Json,
  isState: (state: Json) => state is S,
): S | undefined {
  if (text === "") return undefined;
  const bytes = bytesOf(text);
  if (!bytes) throw refusal("must be a next_page_token that this list has given out");
  if (!bytes.subarray(1, HEAD_BYTES).equals(hashOf(filters))) {
    throw refusal(
      "belongs to a list with other filters: repeat those of the first page, or begin without a token",
    );
  }
  const state = parsed(bytes.toString("utf8", HEAD_BYTES));
  if (state === undefined || !isState(state)) {
    throw refusal("must be a next_page_token that this list has given out");
  }
  return state;
}

/** The same for a token that is a field among others: what is wrong with it is told along with the rest. */
export function checkPageToken<S extends Json>(
  issues: Issues,
  text: string,
  filters: Json,
  isState: (state: Json) => state is S,
): S | undefined {
  try {
    return readPageToken(text, filters, isState);
  } catch (error) {
    if (!(error instanceof SlimmerError)) throw error;
    issues.push(...error.fields);
    return undefined;
  }
}

/** Whether a state may have this in the place of a name: the database takes no other text. */
export function isNameIn(value: Json | undefined, max: number): value is string {
  const issues: Issues = [];
  if (typeof value !== "string") return false;
  checkText(issues, "page_token", value, { min: 1, max });
  return issues.length === 0;
}

/** Whether a state may have this where a place among `count` is meant. */
export function isPlaceAmong(value: Json | undefined, count: number): value is number {
  return Number.isInteger(value) && (value as number) >= 0 && (value as number) <= count;
}

function bytesOf(text: string): Buffer | undefined {
  if (text.length > MAX_LENGTH || !BASE64URL.test(text)) return undefined;
  const bytes = Buffer.from(text, "base64url");
  return bytes.length > HEAD_BYTES && bytes[0] === VERSION ? bytes : undefined;
}

function hashOf(filters: Json): Buffer {
  const hash = createHash("sha256")
    .update(JSON.stringify(sorted(filters)))
    .digest();
  return hash.subarray(0, HEAD_BYTES - 1);
}

/** The order in which somebody wrote an object's members down says nothing. */
function sorted(value: Json): Json {
  if (Array.isArray(value)) return (value as readonly Json[]).map(sorted);
  if (value === null || typeof value !== "object") return value;
  const members = Object.entries(value as { readonly [key: string]: Json });
  members.sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(members.map(([key, member]) => [key, sorted(member)]));
}

function parsed(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}

function refusal(problem: string) {
  return invalid([{ field: "page_token", problem }]);
}
