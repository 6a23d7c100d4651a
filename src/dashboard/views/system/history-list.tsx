import { useEffect, useRef } from "preact/hooks";
import { usePages } from "../../api/pages.ts";
import { type ActivationFilters, api } from "../../api/paths.ts";
import type { ActivationList } from "../../api/types.ts";
import { ErrorBox } from "../../ui/error-box.tsx";
import { Skeleton } from "../../ui/skeleton.tsx";
import { createFeedRows } from "../live/feed-rows.ts";

const rowsOf = ({ activations }: ActivationList) => activations;

/** Activations that the filters leave, at the time when they happened, newest first. */
export function HistoryList({ filters }: { filters: ActivationFilters }) {
  const pages = usePages(api.activations(filters), { rows: rowsOf, step: 100 });
  const list = useRef<HTMLUListElement>(null);
  const rows = useRef<ReturnType<typeof createFeedRows>>(undefined);
  useEffect(() => {
    if (!list.current) return;
    rows.current ??= createFeedRows(list.current, { size: Number.POSITIVE_INFINITY });
    rows.current.put(pages.data ?? [], true);
  }, [pages.data]);
  return (
    <>
      {pages.error && (
        <ErrorBox
          problem={pages.error}
          what="the activations"
          staleSince={pages.staleSince}
          onRetry={pages.refresh}
        />
      )}
      {pages.loading && <Skeleton rows={6} />}
      {pages.data?.length === 0 && !pages.hasMore && (
        <p class="faint none">Nothing is stored that the filter leaves.</p>
      )}
      <ul ref={list} class="history one-system" aria-label="activations, newest first" />
      {pages.hasMore && (
        <button
          type="button"
          class="button more"
          disabled={pages.loadingMore}
          onClick={pages.loadMore}
        >
          {pages.loadingMore ? "loading…" : "load more"}
        </button>
      )}
    </>
  );
}
