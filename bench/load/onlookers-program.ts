import { Agent, get } from "node:http";
import { connect } from "node:net";
import { Client, credentials } from "@grpc/grpc-js";
import { ReaderService } from "slimmer-grpc";

/** Who looks on while activations are stored. */
export type Onlookers = {
  readonly grpc: string;
  readonly web: string;
  readonly systemIds: readonly string[];
  readonly watchers: number;
  readonly dashboards: number;
};
/** What they have been given since they began. */
export type Given = {
  readonly watchedBytes: number;
  readonly events: number;
  readonly eventBytes: number;
  readonly answers: number;
  readonly failures: number;
};
export type OnlookerRequest = { kind: "open"; onlookers: Onlookers } | { kind: "tell" };

/** How often an open page asks again. */
const REFRESH_MS = 5_000;
const { path } = ReaderService.watch_activations;

const given = { watchedBytes: 0, events: 0, eventBytes: 0, answers: 0, failures: 0 };
const agent = new Agent({ keepAlive: true, maxSockets: 1_000 });

/**
 * Programs that watch some sensors of a system each, so that together they follow about everything once, and open pages in
 * equal shares: one fleet, one live feed, one system. What they are given is counted and not decoded: on a machine of its own
 * that would be somebody else's work.
 */
function open({ grpc, web, systemIds, watchers, dashboards }: Onlookers): Promise<unknown> {
  const opened: Promise<unknown>[] = [];
  const systemOf = (number: number) => systemIds[number % systemIds.length] as string;
  for (let number = 0; number < watchers; number++) {
    const digit = Math.floor(number / systemIds.length) % 10;
    opened.push(watch(grpc, { system_id: systemOf(number), name: `hall ${digit}*` }));
  }
  for (let number = 0; number < dashboards; number++) {
    const system = `/v1/systems/${encodeURIComponent(systemOf(number))}`;
    const pages = [
      () => refresh(web, ["/v1/fleet", "/v1/systems?states=DOWN&states=LATE", "/v1/systems"]),
      () => listen(web, "/v1/live?recent=200"),
      () =>
        Promise.all([
          refresh(web, [system, `${system}/sensors?page_size=50`]),
          listen(web, `/v1/live?system_id=${encodeURIComponent(systemOf(number))}`),
        ]),
    ] as const;
    opened.push((pages[number % pages.length] as () => Promise<unknown>)());
  }
  return Promise.all(opened);
}

function watch(address: string, filter: { system_id: string; name: string }): Promise<void> {
  // A connection each, as programs on machines of their own have.
  const client = new Client(address, credentials.createInsecure(), {
    "grpc.use_local_subchannel_pool": 1,
  });
  const stream = client.makeServerStreamRequest(
    path,
    ReaderService.watch_activations.requestSerialize,
    (bytes: Buffer) => bytes,
    filter,
  );
  return new Promise((resolve) => {
    stream.on("metadata", () => resolve());
    stream.on("data", (bytes: Buffer) => {
      given.watchedBytes += bytes.length;
      resolve();
    });
    stream.on("error", () => {
      given.failures += 1;
      resolve();
    });
  });
}

/** Events go into one buffer for all, and are gone: what a browser does with them is its own machine's work. */
const seen = Buffer.alloc(64 * 1024);

function listen(web: string, path: string): Promise<void> {
  const [host, port] = web.split(":") as [string, string];
  return new Promise((resolve) => {
    let isOpen = false;
    const failed = () => {
      given.failures += 1;
      resolve();
    };
    const take = (length: number) => {
      if (!isOpen) {
        isOpen = true;
        if (!seen.toString("latin1", 0, length).startsWith("HTTP/1.1 200 ")) return failed();
        resolve();
      }
      given.events += 1;
      given.eventBytes += length;
    };
    const onread = {
      buffer: seen,
      callback(length: number) {
        take(length);
        return true;
      },
    };
    const socket = connect({ host, port: Number(port), onread });
    socket.on("error", failed);
    socket.write(`GET ${path} HTTP/1.1\r\nHost: ${web}\r\nAccept: text/event-stream\r\n\r\n`);
  });
}

async function refresh(web: string, paths: readonly string[]): Promise<void> {
  const askAll = () => Promise.all(paths.map((path) => ask(web, path)));
  await askAll();
  // Not all in one moment.
  setTimeout(() => setInterval(askAll, REFRESH_MS), Math.random() * REFRESH_MS);
}

function ask(web: string, path: string): Promise<void> {
  return new Promise((resolve) => {
    get(`http://${web}${path}`, { agent, headers: { "accept-encoding": "gzip" } }, (response) => {
      if (response.statusCode === 200) given.answers += 1;
      else given.failures += 1;
      response.resume().on("end", resolve);
    }).on("error", () => {
      given.failures += 1;
      resolve();
    });
  });
}

process.on("message", (request: OnlookerRequest) => {
  if (request.kind === "tell") process.send?.(given satisfies Given);
  else void open(request.onlookers).then(() => process.send?.(given));
});
process.once("disconnect", () => process.exit(0));
