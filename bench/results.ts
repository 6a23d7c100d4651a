import { median, type Sample } from "./rounds.ts";

/** One side of a row, in medians over the rounds. */
export type Figures = {
  readonly name: string;
  readonly perSecond: number;
  readonly p50Ms?: number;
  readonly p99Ms?: number;
  /** Of the server, of PostgreSQL, of Envoy and of the load generator, per 1,000 of what is counted. */
  readonly serverCpuSeconds: number;
  readonly databaseCpuSeconds: number;
  readonly envoyCpuSeconds: number;
  readonly clientCpuSeconds: number;
  readonly peakRssMiB: number;
  /** The rate of each round. */
  readonly rounds: readonly number[];
};

/** A comparison of rates. */
export type RateRow = {
  readonly row: number;
  readonly what: string;
  readonly measured: Figures;
  readonly reference: Figures;
  /** The median of the rounds' ratios. */
  readonly ratio: number;
  readonly goal: number;
};

/** What those who look on were given while a load ran; sums of the windows, and medians of the cores. */
export type OnlookersRow = {
  readonly row: number;
  readonly what: string;
  /** Activations that were stored, and those that the watchers together were given of them, each at least once. */
  readonly stored: number;
  readonly watched: number;
  /** Answers to open pages, those that were due at least, and live events with activations; within the windows. */
  readonly answers: number;
  readonly answersDue: number;
  readonly events: number;
  /** What `slimmer web` and the onlookers themselves took of the machine. */
  readonly webCores: number;
  readonly ownCores: number;
};

/** The comparison of memory. */
export type MemoryRow = {
  readonly row: number;
  readonly what: string;
  readonly idleMiB: number;
  readonly peakMiB: number;
  readonly goalMiB: number;
  readonly waitingRows: number;
  readonly refusedCalls: number;
  /** From the release to the first success. */
  readonly recoveredMs: number;
};

/** What a call of `fire` costs the program that calls it. */
export type FireRow = {
  readonly row: number;
  readonly what: string;
  /** Undefined for the same program without a client: what the machine does to any program. */
  readonly spool: "interval" | "never" | "record" | "memory" | undefined;
  readonly server: "answering" | "away" | undefined;
  readonly calls: number;
  readonly p50Us: number;
  readonly p99Us: number;
  readonly maxUs: number;
  /** How late the event loop of the program came to what was due. */
  readonly loopP99Ms: number;
  readonly loopMaxMs: number;
  /** Undefined for those that are there for comparison. */
  readonly goal: { readonly p50Us: number; readonly loopMs: number } | undefined;
};

/** A client that empties its spool. */
export type BacklogRow = {
  readonly row: number;
  readonly what: string;
  /** Fired during the replays, and how long each took from `fire` to its commit. */
  readonly live: number;
  readonly liveP50Ms: number;
  readonly liveP99Ms: number;
  readonly goalP99Ms: number;
  /** Of the client's process, afterwards and at its highest. */
  readonly idleMiB: number;
  readonly peakMiB: number;
  readonly goalMiB: number;
};

/** The first page of a screen, with much and with little in the database. */
export type PageRow = {
  readonly row: number;
  readonly what: string;
  readonly page: "fleet" | "system" | "sensor" | "run" | "live" | "storage";
  readonly smallActivations: number;
  readonly largeActivations: number;
  readonly small: { readonly p50Ms: number; readonly p99Ms: number };
  readonly large: { readonly p50Ms: number; readonly p99Ms: number };
  /** Of the medians. */
  readonly ratio: number;
  readonly goal: number;
};

/** The live page in a browser. */
export type LiveRow = {
  readonly row: number;
  readonly what: string;
  /** Activations that were fired, those that the page was given of them, and those that it was only told the number of. */
  readonly fired: number;
  readonly shown: number;
  readonly countedOnly: number;
  /** From fire() to the frame that shows it, of all that were fired; undefined where that many were never shown. */
  readonly p50Ms: number | undefined;
  readonly p99Ms: number | undefined;
  /** Tasks of the page over 50 ms. */
  readonly longTasks: number;
  readonly longestTaskMs: number;
  readonly goalP99Ms: number;
};

/** How soon a page shows something: the first contentful paint. */
export type PaintRow = {
  readonly row: number;
  readonly what: string;
  readonly medianMs: number;
  readonly slowestMs: number;
  readonly goalMs: number;
};

/** Everything as a file. */
export type ExportRow = {
  readonly row: number;
  readonly what: string;
  readonly format: "csv" | "ndjson";
  /** Activations in the file: as many as are stored; and those of them that have attributes. */
  readonly rows: number;
  readonly withAttributes: number;
  readonly bytes: number;
  readonly perSecond: number;
  /** Of the web process, before and at its highest. */
  readonly idleMiB: number;
  readonly peakMiB: number;
  readonly goalMiB: number;
};

/** A row that was asked for and can't be measured on this machine. */
export type LeftOutRow = { readonly row: number; readonly what: string; readonly why: string };

/** What bench/results/latest.json holds. */
export type BenchResults = {
  readonly at: string;
  readonly machine: {
    readonly cores: number;
    readonly cpu: string;
    readonly memoryGiB: number;
    readonly platform: string;
    readonly node: string;
    readonly postgres: string;
  };
  readonly options: { readonly rounds: number; readonly seconds: number };
  readonly rates: readonly RateRow[];
  readonly onlookers: readonly OnlookersRow[];
  readonly memory: readonly MemoryRow[];
  readonly fires: readonly FireRow[];
  readonly backlogs: readonly BacklogRow[];
  readonly pages: readonly PageRow[];
  readonly paints: readonly PaintRow[];
  readonly lives: readonly LiveRow[];
  readonly exports: readonly ExportRow[];
  readonly leftOut: readonly LeftOutRow[];
};

export function figures(name: string, samples: readonly Sample[]): Figures {
  type Key = "rate" | "serverCpu" | "databaseCpu" | "envoyCpu" | "clientCpu" | "peakRssMiB";
  const of = (key: Key) => median(samples.map((sample) => sample[key]));
  const latency = (key: "p50Ms" | "p99Ms") => {
    const values = samples.map((sample) => sample[key]).filter((value) => value !== undefined);
    return values.length === 0 ? {} : { [key]: median(values) };
  };
  return {
    name,
    perSecond: of("rate"),
    ...latency("p50Ms"),
    ...latency("p99Ms"),
    serverCpuSeconds: of("serverCpu"),
    databaseCpuSeconds: of("databaseCpu"),
    envoyCpuSeconds: of("envoyCpu"),
    clientCpuSeconds: of("clientCpu"),
    peakRssMiB: of("peakRssMiB"),
    rounds: samples.map(({ rate }) => rate),
  };
}

export function rateRow(
  row: number,
  what: string,
  goal: number,
  measured: readonly [name: string, samples: readonly Sample[]],
  reference: readonly [name: string, samples: readonly Sample[]],
): RateRow {
  const ratios = measured[1].map(({ rate }, round) => rate / (reference[1][round]?.rate ?? 0));
  return {
    row,
    what,
    measured: figures(...measured),
    reference: figures(...reference),
    ratio: median(ratios),
    goal,
  };
}
