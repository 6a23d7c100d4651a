/** Room for what is still loading, of the height it will have. */
export function Skeleton({ rows = 3, label = "loading" }: { rows?: number; label?: string }) {
  return (
    <div class="skeleton" role="status" aria-label={label}>
      {Array.from({ length: rows }, (_, row) => (
        <div class={`bone w${row % 3}`} key={row} />
      ))}
    </div>
  );
}
