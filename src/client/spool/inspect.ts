import { readdir, stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import { ClientError } from "../errors.ts";
import type { RunRecord } from "../outbox/run-record.ts";
import { describe } from "./condition.ts";
import { readDeadLetters } from "./dead-letters.ts";
import { errorCode, nodeDisk } from "./disk.ts";
import { ownerOf } from "./folder-lock.ts";
import { SEGMENT_NAME } from "./format.ts";
import { readRunFiles } from "./run-files.ts";
import { type SegmentContents, scanSegment } from "./scan.ts";

export { readDeadLetters };

export type SegmentInspection = {
  readonly file: string;
  readonly bytes: number;
  /** Records that can be read. Delivered ones are among them: they go with their segment. */
  readonly records: number;
  /** Damaged stretches, and how many records are known to be lost in them. */
  readonly damagedStretches: number;
  readonly lost: number;
  /** Times of the records in Unix milliseconds. */
  readonly oldestMs: number | undefined;
  readonly newestMs: number | undefined;
  /** Why nothing can be said of its records. */
  readonly problem: string | undefined;
};

export type RunInspection = {
  readonly runId: string;
  readonly records: number;
  /** What the run's file says; undefined when there is none. */
  readonly systemId: string | undefined;
  readonly sensors: number | undefined;
  readonly startedAtMs: number | undefined;
  /** The server has had it. */
  readonly isRegistered: boolean;
  readonly endedAtMs: number | undefined;
  readonly endReason: string | undefined;
};

export type SpoolInspection = {
  readonly dir: string;
  /** Of the format; the highest that was found. Undefined without a segment. */
  readonly version: number | undefined;
  /** The process that has it open. */
  readonly ownerPid: number | undefined;
  readonly segments: readonly SegmentInspection[];
  /** Oldest first. */
  readonly runs: readonly RunInspection[];
  readonly deadLetters: number;
  readonly totals: {
    readonly bytes: number;
    readonly records: number;
    readonly lost: number;
    readonly oldestMs: number | undefined;
    readonly newestMs: number | undefined;
  };
};

/**
 * Looks at a spool folder, also while a client owns it; changes nothing. Damage is part of the answer. Throws a
 * ClientError (SPOOL_UNUSABLE) when there is no spool, or it may not be read.
 */
export async function inspectSpool(folder: string): Promise<SpoolInspection> {
  const dir = resolve(folder);
  try {
    return await inspect(dir);
  } catch (error) {
    const isMissing = ["ENOENT", "ENOTDIR"].includes(errorCode(error) ?? "");
    throw new ClientError(
      "SPOOL_UNUSABLE",
      isMissing
        ? `There is no spool in ${dir}.`
        : `The spool in ${dir} can't be read: ${describe(error)}.`,
      { cause: error },
    );
  }
}

async function inspect(dir: string): Promise<SpoolInspection> {
  const ownerPid = await ownerOf(dir);
  const folder = join(dir, "segments");
  const files = (await readdir(folder)).filter((file) => SEGMENT_NAME.test(file)).sort();
  const segments: SegmentInspection[] = [];
  const counts = new Map<string, number>();
  let version: number | undefined;
  for (const file of files) {
    const looked = await look(folder, file);
    if (!looked) continue;
    const { segment, contents } = looked;
    segments.push(segment);
    if (contents?.version) version = Math.max(version ?? 0, contents.version);
    for (const run of contents?.runs ?? []) {
      const runId = contents?.runIds[run] as string;
      counts.set(runId, (counts.get(runId) ?? 0) + 1);
    }
  }
  const records = await readRunFiles(join(dir, "runs"));
  return {
    dir,
    version,
    ownerPid,
    segments,
    runs: runsOf(records, counts),
    deadLetters: (await readDeadLetters(dir)).length,
    totals: {
      bytes: sum(segments.map(({ bytes }) => bytes)),
      records: sum(segments.map((segment) => segment.records)),
      lost: sum(segments.map(({ lost }) => lost)),
      oldestMs: least(segments.map(({ oldestMs }) => oldestMs)),
      newestMs: greatest(segments.map(({ newestMs }) => newestMs)),
    },
  };
}

/** Undefined when its owner has deleted it meanwhile. */
async function look(
  folder: string,
  file: string,
): Promise<{ segment: SegmentInspection; contents: SegmentContents | undefined } | undefined> {
  const path = join(folder, file);
  const nothing = { records: 0, damagedStretches: 0, lost: 0 };
  const noTimes = { oldestMs: undefined, newestMs: undefined };
  let bytes: Buffer;
  try {
    bytes = await nodeDisk.readAll(path);
  } catch (error) {
    if (errorCode(error) === "ENOENT") return undefined;
    const size = await stat(path).then(
      (found) => found.size,
      () => 0,
    );
    const problem = `It can't be read: ${describe(error)}.`;
    return {
      segment: { file, bytes: size, ...nothing, ...noTimes, problem },
      contents: undefined,
    };
  }
  const contents = await scanSegment(file, bytes);
  const records = contents.offsets.length;
  const times = records > 0 ? { oldestMs: contents.fromMs, newestMs: contents.toMs } : noTimes;
  const segment = {
    file,
    bytes: bytes.length,
    records,
    damagedStretches: contents.damaged.length,
    lost: sum(contents.damaged.map(({ count }) => count)),
    ...times,
    problem: contents.isNewer
      ? `It was written by a newer slimmer-client (format ${contents.version}).`
      : undefined,
  };
  return { segment, contents };
}

function runsOf(
  records: readonly RunRecord[],
  counts: ReadonlyMap<string, number>,
): RunInspection[] {
  const known = new Map(records.map((record) => [record.runId, record]));
  // Run ids are UUIDv7: their order is that of their making.
  const runIds = [...new Set([...known.keys(), ...counts.keys()])].sort();
  return runIds.map((runId) => {
    const record = known.get(runId);
    return {
      runId,
      records: counts.get(runId) ?? 0,
      systemId: record?.systemId,
      sensors: record?.sensors.length,
      startedAtMs: record?.startedAtMs,
      isRegistered: record?.isRegistered ?? false,
      endedAtMs: record?.end?.atMs,
      endReason: record?.end?.reason,
    };
  });
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

function least(times: readonly (number | undefined)[]): number | undefined {
  const known = times.filter((time) => time !== undefined);
  return known.length > 0 ? known.reduce((a, b) => Math.min(a, b)) : undefined;
}

function greatest(times: readonly (number | undefined)[]): number | undefined {
  const known = times.filter((time) => time !== undefined);
  return known.length > 0 ? known.reduce((a, b) => Math.max(a, b)) : undefined;
}
