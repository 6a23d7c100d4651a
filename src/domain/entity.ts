/** A sensor as its system names it. All three parts together are its key within one system. */
export type Entity = {
  category: string;
  name: string;
  identity: string;
  /** What entityKey gives, where somebody has made it already. */
  readonly key?: string;
};

/** One string for one sensor. NUL can't occur in a valid part, so no two sensors share a key. */
export function entityKey(entity: Entity): string {
  return entity.key ?? `${entity.category}\0${entity.name}\0${entity.identity}`;
}
