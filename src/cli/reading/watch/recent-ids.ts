/** Which ids came lately, of the latest `most` at least, in bounded memory. */
export function createRecentIds(most: number) {
  let recent = new Set<string>();
  let older = new Set<string>();
  return {
    /** True for an id that is new, which is not new from then on. */
    isNew(id: string): boolean {
      if (recent.has(id) || older.has(id)) return false;
      recent.add(id);
      if (recent.size >= most) {
        older = recent;
        recent = new Set();
      }
      return true;
    },
  };
}
