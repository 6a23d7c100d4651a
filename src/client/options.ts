/** What happens to a new activation when spool or memory is full. */
export type OverflowPolicy =
  /** The oldest that wait make room (the default). */
  | "drop_oldest"
  /** The new one is dropped. */
  | "drop_newest"
  /**
   * The new one waits in memory until there is room: `await client.room()`, or the promise of `fire`, before firing more. When as many as
   * `memoryItems` wait like that, new ones are dropped.
   */
  | "block";

/** When what was written to the spool is forced to the disk. It decides what a power failure can cost; a crash of the process costs nothing with any of them. */
export type FsyncPolicy =
  /** Before `fire` returns. Costs the host one flush of its disk for each activation. */
  | "record"
  /** Every `fsyncIntervalMs` (the default). A power failure may cost the last interval. */
  | "interval"
  /** When the operating system likes. A power failure may cost what it has not written, often 30 s. */
  | "never";

export type SpoolOptions = {
  /** A folder of this client alone; made if it is not there. */
  dir: string;
  /** Bound of its size in bytes, 256 KiB at least. Default 64 MiB. */
  maxBytes?: number;
  /** Activations older than this are dropped, in milliseconds; judged by the server's clock. Default 30 days. */
  maxAgeMs?: number;
  /** Default "interval". `close()` always syncs. */
  fsync?: FsyncPolicy;
  /** Default 1,000 ms. */
  fsyncIntervalMs?: number;
};

export type TlsOptions = {
  /** The authorities to trust, in PEM; default: those of Node. */
  ca?: string | Buffer;
  caFile?: string;
  /** A client certificate with its key, in PEM. */
  cert?: string | Buffer;
  certFile?: string;
  key?: string | Buffer;
  keyFile?: string;
  /** The name in the server's certificate, where the address has another or none. */
  serverName?: string;
};

/** How activations travel. */
export type SendingMode =
  /** A stream where the server has it, else batches, else single calls (the default). Batches first for `xds:` targets, so that load spreads. */
  "auto" | "stream" | "batch" | "single";

export type ClientOptions = {
  /** `host:port`, `dns:///host:port`, `xds:///name` or `unix:/path`. */
  address: string;
  /** The system that this client speaks for. 1 to 128 characters. */
  systemId: string;
  /** Sent as `authorization: Bearer …`; a function is asked before each call. */
  token?: string | (() => string | Promise<string>);
  /** A file with the token, read again when it changes. */
  tokenFile?: string;
  /** true: TLS with the authorities of Node. Default: false. A token needs TLS, a loopback address, or an explicit `tls: false`. */
  tls?: boolean | TlsOptions;
  /** Where activations wait until they are acknowledged; a folder or more. Default: in memory only, which a crash empties. */
  spool?: string | SpoolOptions;
  /** Activations kept in memory. Default 10,000. Without a spool this is all there is room for. */
  memoryItems?: number;
  /** Default "drop_oldest". */
  overflow?: OverflowPolicy;
  /** Whether `getClient` succeeds while the server is away. Default: true with a spool, else false. */
  offlineStart?: boolean;
  /** Longest that `getClient` waits for the first echo, in milliseconds. Default 5,000. */
  connectTimeoutMs?: number;
  /** Deadline of each call, and longest wait for the acknowledgement of a batch, in milliseconds. Default 5,000. */
  callTimeoutMs?: number;
  /** Time between two signs of life, in milliseconds; 0 for none. Default 30,000. */
  heartbeatMs?: number;
  /** Activations in one batch, 1 to 1,000. Default 1,000. */
  maxBatch?: number;
  /** Batches under way at once, 2 to 64. Default 4. */
  maxInFlight?: number;
  /** Default "auto". */
  sending?: SendingMode;
  /** What program this is, for people; its name and version. Default: slimmer-client. */
  client?: { name: string; version?: string };
  /** More options for the channel of @grpc/grpc-js. */
  channelOptions?: Record<string, string | number>;
};
