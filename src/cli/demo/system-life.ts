import { BURST, CHATTER, type DemoSensor, type DemoSystem } from "./fleet.ts";
import { rhythm } from "./rhythm.ts";

/** What happens in a system; times are milliseconds since the start. */
export type Happening =
  | { readonly kind: "fire"; readonly atMs: number; readonly sensor: DemoSensor }
  | { readonly kind: "restart"; readonly atMs: number; readonly isPlanned: boolean }
  | { readonly kind: "offline" | "online"; readonly atMs: number };

export type SystemLife = {
  /** What has happened since the last call, in order, up to a moment. */
  until(ms: number): Happening[];
};

const RESTART_EVERY_S = 60;
const OFFLINE_AFTER_MS = 15_000;
const OFFLINE_FOR_MS = 30_000;

/** One thing that will happen, and makes its own successor. */
type Pending = { atMs: number; happen(out: Happening[], atMs: number): number };

/** The life of one system, drawn from its random numbers alone: the same for the same seed. */
export function systemLife(system: DemoSystem, startHour: number): SystemLife {
  const { random, fate } = system;
  const sensors = system.stranger ? [...system.sensors, system.stranger] : system.sensors;
  const pending: Pending[] = sensors.map((sensor) => firing(sensor));
  if (fate === "restarts") pending.push(restarts());
  if (fate === "offline") pending.push(outages());

  /** A Poisson process whose rate follows the hour. */
  function firing(sensor: DemoSensor): Pending {
    const own = random.fork();
    const pauseAt = (ms: number) =>
      own.pauseMs(sensor.perSecond * rhythm(sensor.sensor.category, startHour + ms / 3_600_000));
    return {
      atMs: pauseAt(0),
      happen(out, atMs) {
        if (sensor.habit === "falls silent" && atMs > sensor.silentAfterMs) return Infinity;
        let lastMs = atMs;
        const { count, gapMs } = volley();
        for (let nth = 0; nth < count; nth += 1) {
          out.push({ kind: "fire", atMs: lastMs, sensor });
          lastMs += gapMs * (0.5 + own.next());
        }
        return lastMs + pauseAt(lastMs);
      },
    };

    function volley(): { count: number; gapMs: number } {
      if (sensor.habit === "bursts") return { count: own.integer(BURST.min, BURST.max), gapMs: 80 };
      if (sensor.habit === "chatters") {
        return { count: own.integer(CHATTER.min, CHATTER.max), gapMs: 250 };
      }
      return { count: 1, gapMs: 0 };
    }
  }

  function restarts(): Pending {
    const own = random.fork();
    return {
      atMs: own.pauseMs(1 / RESTART_EVERY_S),
      happen(out, atMs) {
        out.push({ kind: "restart", atMs, isPlanned: own.next() < 0.5 });
        return atMs + own.pauseMs(1 / RESTART_EVERY_S);
      },
    };
  }

  function outages(): Pending {
    let isOffline = false;
    return {
      atMs: OFFLINE_AFTER_MS,
      happen(out, atMs) {
        isOffline = !isOffline;
        out.push({ kind: isOffline ? "offline" : "online", atMs });
        return atMs + (isOffline ? OFFLINE_FOR_MS : OFFLINE_AFTER_MS * 4);
      },
    };
  }

  /** Later shots of volleys that have begun. */
  let ahead: Happening[] = [];
  return {
    until(ms) {
      const out = ahead;
      for (const one of pending) {
        while (one.atMs <= ms) one.atMs = one.happen(out, one.atMs);
      }
      out.sort((a, b) => a.atMs - b.atMs);
      const due = out.findIndex(({ atMs }) => atMs > ms);
      ahead = due < 0 ? [] : out.slice(due);
      return due < 0 ? out : out.slice(0, due);
    },
  };
}
