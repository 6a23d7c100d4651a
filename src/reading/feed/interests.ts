import type { Entity } from "../../domain/entity.ts";
import { keptOn } from "../../kit/kept-on.ts";
import { range } from "../../kit/range.ts";
import { NOBODY } from "./names.ts";
import type { Stretch } from "./stretch.ts";

/** The sensors of one system, or of all, of which somebody wants the activations. */
export type WantedSensors = {
  /** Undefined: of all systems. */
  readonly systemNo: number | undefined;
  matches(entity: Entity): boolean;
  /** The same for those that want the same sensors. */
  readonly key: string;
};

/** That somebody wants them. */
export type Interest = {
  /** The rows of a stretch that are of these sensors, in their order; its names are known. Also after `leave`, where it costs more. */
  rowsIn(held: Stretch): readonly number[];
  leave(): void;
};

/**
 * Who wants what: a sensor is held against the patterns of all who watch once, when its first row comes, and against those
 * of one who comes later once again. So a row costs by how many want it rather than by how many watch.
 */
export type Interests = { join(wanted: WantedSensors): Interest };

type Member = WantedSensors & {
  /** They are numbered in the order in which they came, from 1 on. */
  readonly number: number;
  /** 0: everybody has left. */
  users: number;
};

/** The members that want a sensor, of those with numbers up to `upTo`. */
type Known = { members: Member[]; upTo: number; gone: number };

/** The rows that the members with numbers up to `upTo` want. */
type Gathered = { readonly rows: Map<Member, number[]>; upTo: number };

export function createInterests(): Interests {
  const byKey = new Map<string, Member>();
  const bySystem = new Map<number | undefined, Member[]>();
  /** The number of the latest one, and how many have gone. */
  let latest = 0;
  let gone = 0;
  const knownOf = keptOn((_sensor: Entity): Known => ({ members: [], upTo: 0, gone }));
  const gatheredIn = keptOn((_shared: object): Gathered => ({ rows: new Map(), upTo: 0 }));

  function add(wanted: WantedSensors): Member {
    latest += 1;
    const member = { ...wanted, number: latest, users: 0 };
    byKey.set(wanted.key, member);
    const others = bySystem.get(wanted.systemNo);
    if (others) others.push(member);
    else bySystem.set(wanted.systemNo, [member]);
    return member;
  }

  function remove(member: Member): void {
    gone += 1;
    byKey.delete(member.key);
    const others = (bySystem.get(member.systemNo) ?? []).filter((other) => other !== member);
    if (others.length > 0) bySystem.set(member.systemNo, others);
    else bySystem.delete(member.systemNo);
  }

  function wanting(sensor: Entity, systemNo: number): readonly Member[] {
    // Whose name is not known may be of any system.
    const known = sensor === NOBODY ? { members: [], upTo: 0, gone } : knownOf(sensor);
    if (known.gone !== gone) {
      known.members = known.members.filter(({ users }) => users > 0);
      known.gone = gone;
    }
    if (known.upTo !== latest) {
      for (const among of [bySystem.get(systemNo), bySystem.get(undefined)]) {
        const fresh = since(known.upTo, among ?? []);
        known.members.push(...fresh.filter((member) => member.matches(sensor)));
      }
      known.upTo = latest;
    }
    return known.members;
  }

  function gather(held: Stretch, gathered: Gathered): void {
    for (let row = 0; row < held.count; row += 1) {
      for (const member of wanting(held.sensor(row), held.run(row).systemNo)) {
        if (member.number <= gathered.upTo) continue;
        const rows = gathered.rows.get(member);
        if (rows) rows.push(row);
        else gathered.rows.set(member, [row]);
      }
    }
    gathered.upTo = latest;
  }

  return {
    join(wanted) {
      const member = byKey.get(wanted.key) ?? add(wanted);
      member.users += 1;
      return {
        rowsIn(held) {
          // A look that began before everybody left may be shared with one who comes after that.
          if (member.users === 0) return rowsFor(member, held);
          const gathered = gatheredIn(held.shared);
          if (gathered.upTo < member.number) gather(held, gathered);
          return gathered.rows.get(member) ?? [];
        },
        leave() {
          member.users -= 1;
          if (member.users === 0) remove(member);
        },
      };
    },
  };
}

/** Those that came after the one of this number, of some in the order in which they came. */
function since(number: number, members: readonly Member[]): readonly Member[] {
  return members.slice(members.findLastIndex((member) => member.number <= number) + 1);
}

/** The rows that a member wants, without regard to anybody else. */
function rowsFor({ systemNo, matches }: Member, held: Stretch): number[] {
  return range(0, held.count).filter((row) => {
    const isOfSystem = systemNo === undefined || systemNo === held.run(row).systemNo;
    return isOfSystem && matches(held.sensor(row));
  });
}
