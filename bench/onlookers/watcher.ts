import { Client, credentials } from "@grpc/grpc-js";
import { ReaderService } from "slimmer-grpc";
import { countActivations } from "./count-activations.ts";

/** What a watcher has been given so far. */
export type Watched = { activations: number; bytes: number };
export type WatchFilter = { readonly system_id: string; readonly name: string };

const { path, requestSerialize } = ReaderService.watch_activations;

/** A program that watches. Resolves once it has its place in the feed; whatever ends it after that is a problem. */
export function openWatcher(
  address: string,
  filter: WatchFilter,
  onProblem: (problem: string) => void,
): Promise<Watched> {
  const watched: Watched = { activations: 0, bytes: 0 };
  // A connection each, as programs on machines of their own have.
  const client = new Client(address, credentials.createInsecure(), {
    "grpc.use_local_subchannel_pool": 1,
  });
  const stream = client.makeServerStreamRequest(
    path,
    requestSerialize,
    (bytes: Buffer) => bytes,
    filter,
  );
  return new Promise((resolve, reject) => {
    let isOpen = false;
    stream.on("data", (bytes: Buffer) => {
      watched.activations += countActivations(bytes);
      watched.bytes += bytes.length;
      isOpen = true;
      resolve(watched);
    });
    const end = (how: string) => {
      const problem = `the watch of ${filter.name} of ${filter.system_id} ${how}`;
      if (isOpen) onProblem(problem);
      else reject(new Error(problem));
    };
    stream.on("error", ({ message }) => end(`failed: ${message}`));
    stream.on("end", () => end("ended"));
  });
}
