import type { ComponentChildren } from "preact";
import type { Resource } from "../../api/resource.ts";
import { ErrorBox } from "../../ui/error-box.tsx";

type Props<T> = {
  resource: Resource<T>;
  /** In words: "the counts of this sensor". */
  what: string;
  /** Shown while nothing is there yet; keeps the room that the content will take. */
  room: ComponentChildren;
  children: (data: T) => ComponentChildren;
};

/** The content of a resource, or what stands in its place. A failure to refresh stands above the content, which stays. */
export function Loaded<T>({ resource, what, room, children }: Props<T>) {
  const { data, error, staleSince, refresh } = resource;
  return (
    <>
      {error && <ErrorBox problem={error} what={what} staleSince={staleSince} onRetry={refresh} />}
      {data !== undefined ? children(data) : !error && room}
    </>
  );
}

/** Room for a chart. */
export function ChartRoom({ height }: { height: number }) {
  return (
    <div
      class="chart-room"
      role="status"
      aria-label="loading"
      style={{ minHeight: `${height}px` }}
    />
  );
}
