import { useCallback, useEffect, useMemo, useRef, useState } from "preact/hooks";
import { serverNow } from "../../api/clock.ts";
import { api } from "../../api/paths.ts";
import { request } from "../../api/request.ts";
import type { Counts, Sensor } from "../../api/types.ts";
import { HeatMap, type HeatRow } from "../../charts/heat-map.tsx";
import { momentWords } from "../../ui/time-words.ts";
import { type HourSeries, rowsToAsk, seriesFrom } from "./heat-series.ts";
import { sensorKey } from "./sensor-words.ts";

const HOUR_MS = 3_600_000;
const HOURS = 7 * 24;
/** One answer may have 10,000 numbers. */
const ROWS_AT_ONCE = 50;
const REFRESH_MS = 60_000;

type Props = {
  system: string;
  sensors: readonly Sensor[];
  onPick: (sensor: Sensor, from: Date, until: Date) => void;
};

/** Sensor × hour of the last 7 days. Only rows in sight, and those of the table, are asked for. */
export function HeatWeek({ system, sensors, onPick }: Props) {
  const start = useHour() - (HOURS - 1) * HOUR_MS;
  const [seen, setSeen] = useState({ from: 0, to: ROWS_AT_ONCE });
  const [tabled, setTabled] = useState(0);
  const [series, setSeries] = useState<ReadonlyMap<string, HourSeries>>(new Map());
  const [problem, setProblem] = useState<Error>();
  const countedAt = useRef<number>(undefined);
  const latest = useRef(sensors);
  latest.current = sensors;
  const keys = sensors.map(sensorKey).join();

  useEffect(() => {
    const stop = new AbortController();
    const load = async () => {
      const wanted = rowsToAsk(latest.current, seen, tabled);
      for (let at = 0; at < wanted.length; at += ROWS_AT_ONCE) {
        const some = wanted.slice(at, at + ROWS_AT_ONCE);
        const { series: answered } = await request<Counts>(api.counts(), {
          signal: stop.signal,
          body: {
            system_id: system,
            entities: some.map(({ entity }) => entity),
            since: new Date(start),
            until: new Date(start + HOURS * HOUR_MS),
            step: "HOUR",
          },
        });
        setSeries((old) => {
          const next = new Map(old);
          some.forEach((sensor, index) => {
            const counts = answered[index]?.counts;
            if (counts) next.set(sensorKey(sensor), { start, counts });
          });
          return next;
        });
      }
    };
    const attempt = () =>
      load().then(
        () => {
          countedAt.current = Date.now();
          setProblem(undefined);
        },
        (error) => {
          if (!stop.signal.aborted) setProblem(error);
        },
      );
    void attempt();
    const timer = setInterval(() => {
      if (document.visibilityState === "visible") void attempt();
    }, REFRESH_MS);
    return () => {
      clearInterval(timer);
      stop.abort();
    };
  }, [system, start, seen.from, seen.to, tabled, keys]);

  const rows = useMemo<HeatRow[]>(
    () =>
      sensors.map((sensor) => {
        const key = sensorKey(sensor);
        const { category, name } = sensor.entity;
        return { key, label: `${category} / ${name}`, counts: seriesFrom(series.get(key), start) };
      }),
    [keys, series, start],
  );
  const onVisible = useCallback((from: number, to: number) => {
    setSeen((old) => (old.from === from && old.to === to ? old : { from, to }));
  }, []);
  const pick = (row: HeatRow, index: number) => {
    const sensor = sensors.find((one) => sensorKey(one) === row.key);
    const from = start + index * HOUR_MS;
    if (sensor) onPick(sensor, new Date(from), new Date(from + HOUR_MS));
  };
  return (
    <>
      <HeatMap
        rows={rows}
        start={new Date(start)}
        stepMs={HOUR_MS}
        steps={HOURS}
        noun="sensor"
        onPick={pick}
        onVisible={onVisible}
        onTabled={setTabled}
      />
      {problem && (
        // A map that is a minute old is better than none.
        <p class="down" role="status">
          {countedAt.current === undefined
            ? "The counts could not be loaded; the page tries again every minute."
            : `The counts are those of ${momentWords(new Date(countedAt.current), Date.now())}, newer ones could not be loaded; the page tries again every minute.`}{" "}
          {problem.message}
        </p>
      )}
    </>
  );
}

/** The beginning of the hour; changes with it. */
function useHour(): number {
  const hourOf = () => Math.floor(serverNow() / HOUR_MS) * HOUR_MS;
  const [hour, setHour] = useState(hourOf);
  useEffect(() => {
    const timer = setInterval(() => setHour(hourOf()), 30_000);
    return () => clearInterval(timer);
  }, []);
  return hour;
}
