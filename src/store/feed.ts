import type { Connection } from "./connection.ts";
import {
  decodeFeedRecord,
  FEED_COLUMNS,
  type FeedRecord,
  type FeedRow,
  markOfTime,
} from "./feed-record.ts";
import type { Queryable } from "./queryable.ts";

/** The channel on which the folder tells that the feed has grown. */
const CHANNEL = "slimmer_feed";

const STORED_US = (time: string) => `(extract(epoch from ${time}) * 1000000)::bigint`;

/** Calls `onNews` whenever the feed has grown, for as long as the connection lasts; a notification may get lost with it. */
export async function listenToFeed({ client }: Connection, onNews: () => void): Promise<void> {
  client.on("notification", onNews);
  await client.query(`listen ${CHANNEL}`);
}

/** What the feed holds: records firstNo to lastNo, without a gap. */
export type FeedState = { feedId: string; firstNo: number; lastNo: number };

export async function feedState(db: Queryable): Promise<FeedState> {
  const { rows } = await db.query({
    name: "feed_state",
    text: "select feed_id, first_no, last_no from feed_state",
  });
  const [row] = rows;
  return { feedId: row.feed_id, firstNo: row.first_no, lastNo: row.last_no };
}

/** The mark of record `no`; 0 where there is none. */
export async function markOf(db: Queryable, no: number): Promise<number> {
  const { rows } = await db.query({
    name: "feed_mark",
    text: `select ${STORED_US("created_at")} as stored_us from fold_records where feed_no = $1`,
    values: [no],
  });
  return markOfTime(rows[0]?.stored_us ?? null);
}

/** Most records of one page. Most of a busy feed are small. */
const MAX_RECORDS = 200;

/** About 6,000 rows: what one page may make a process hold. A single record may be larger. */
const PAGE_BYTES = 512 * 1024;

/**
 * One value for all arrays of a record: each value costs a pass of its own on either side. As base64, which either side is
 * done with sooner than with bytea's own text form, in hexadecimal digits.
 */
const COLUMNS = `encode(${FEED_COLUMNS.map((name) => `array_send(coalesce(sized.${name}, '{}'))`).join(" || ")}, 'base64')`;

/**
 * The arrays travel in their binary form, which the reader takes apart where somebody wants a row, and leaves alone where
 * nobody does. Sizes are those on the disk: nothing is read for them. One record more is looked at, for each says when the
 * one before it was stored. The index is fold_records_feed.
 */
const page = ({ looked, isOfPage, order, before }: PageShape) => `
  select
    sized.feed_no,
    ${STORED_US("sized.created_at")} as stored_us,
    ${STORED_US("sized.created_before")} as stored_us_before,
    (extract(epoch from sized.received_at) * 1000000)::bigint as received_us,
    extract(epoch from clock_timestamp() - sized.created_at)::float8 as age_seconds,
    ${COLUMNS} as columns,
    array_to_json(sized.attributes)::text as attributes
  from (
    select
      waiting.*,
      ${before}(waiting.created_at) over in_order as created_before,
      row_number() over in_order as place,
      sum(waiting.size) over in_order - waiting.size as size_before
    from (
      select
        fold_records.*,
        case when ${isOfPage}
          then coalesce(pg_column_size(activation_ids), 0) * 5 + coalesce(pg_column_size(attributes), 0)
          else 0
        end as size
      from fold_records
      where ${looked}
      order by feed_no ${order}
      limit ${MAX_RECORDS} + 1
    ) as waiting
    window in_order as (order by waiting.feed_no ${order})
  ) as sized
  where ${isOfPage} and sized.size_before < ${PAGE_BYTES} and sized.place <= ${MAX_RECORDS}
  order by sized.feed_no`;

type PageShape = {
  looked: string;
  isOfPage: string;
  order: "asc" | "desc";
  before: "lag" | "lead";
};

const PAGE_FROM = {
  name: "feed_from",
  text: page({
    looked: "feed_no >= $1::bigint - 1",
    isOfPage: "feed_no >= $1::bigint",
    order: "asc",
    before: "lag",
  }),
};
const PAGE_BEFORE = {
  name: "feed_before",
  text: page({
    looked: "feed_no < $1::bigint",
    isOfPage: "feed_no < $1::bigint",
    order: "desc",
    before: "lead",
  }),
};

/** A page of the feed in its order: record `fromNo` and as many of its successors as fit. Empty where there is nothing yet. */
export async function readFeedFrom(db: Queryable, fromNo: number): Promise<FeedRecord[]> {
  const { rows } = await db.query({ ...PAGE_FROM, values: [fromNo] });
  return (rows as FeedRow[]).map(decodeFeedRecord);
}

/** The page that ends with the record before `beforeNo`, in the order of the feed. */
export async function readFeedBefore(db: Queryable, beforeNo: number): Promise<FeedRecord[]> {
  const { rows } = await db.query({ ...PAGE_BEFORE, values: [beforeNo] });
  return (rows as FeedRow[]).map(decodeFeedRecord);
}
