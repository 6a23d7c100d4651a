import { type ServiceError, status } from "@grpc/grpc-js";
import type { ActivationAckOutput } from "slimmer-grpc";
import type { Connection } from "./connection.ts";

/** One `stream_activations`. Ends by itself once nothing is under way for `idleMs`, so that it keeps no process alive. */
export type BatchStream = {
  /** False once it has ended or broken: open another one. */
  readonly isOpen: boolean;
  /** Resolves with the acknowledgement; rejects with what broke the stream. `encode` gets the number of the batch. */
  send(encode: (batchNo: number) => Buffer): Promise<ActivationAckOutput>;
  cancel(): void;
};

export type BatchStreamHooks = {
  onAck(): void;
  /** It broke, and had never acknowledged a batch. Told once, and not of a stream that was cancelled. */
  onUseless(error: unknown): void;
  /** No acknowledgement came in time. */
  onSilence(): void;
};

type Waiting = {
  batchNo: number;
  resolve(ack: ActivationAckOutput): void;
  reject(error: unknown): void;
};

export async function openBatchStream(
  connection: Pick<Connection, "openStream">,
  { ackMs, idleMs = 1_000 }: { ackMs: number; idleMs?: number },
  { onAck, onUseless, onSilence }: BatchStreamHooks,
): Promise<BatchStream> {
  const call = await connection.openStream(ackMs);
  const waiting: Waiting[] = [];
  /** For which the connection has had no room yet. */
  const unsent: Buffer[] = [];
  let isOpen = true;
  let isCancelled = false;
  let lastBatchNo = 0;
  let lastAckNo = 0;
  let timer: NodeJS.Timeout | undefined;

  call.on("data", (ack: ActivationAckOutput) => {
    const next = waiting.shift();
    if (next?.batchNo !== ack.batch_no) {
      if (next) waiting.unshift(next);
      breakOff(streamError(`an acknowledgement of batch ${ack.batch_no} came out of turn`));
      return;
    }
    lastAckNo = next.batchNo;
    watch();
    onAck();
    next.resolve(ack);
  });
  call.on("drain", write);
  call.on("error", (error: ServiceError) => fail(error));
  // After an error it comes too; by then nothing waits.
  call.on("end", () => fail(streamError("the server ended the stream")));

  function write(): void {
    while (!call.writableNeedDrain) {
      const bytes = unsent.shift();
      if (!bytes) return;
      call.write(bytes);
    }
  }

  /** While something waits: for its acknowledgement. Else: for more work. */
  function watch(): void {
    if (!isOpen) return;
    clearTimeout(timer);
    timer = waiting.length > 0 ? setTimeout(giveUp, ackMs) : setTimeout(halfClose, idleMs);
    // The open stream itself keeps the process alive for as long.
    timer.unref();
  }

  function halfClose(): void {
    if (!isOpen) return;
    isOpen = false;
    clearTimeout(timer);
    // A server that does not end it in turn would keep the process alive.
    timer = setTimeout(giveUp, ackMs).unref();
    call.end();
  }

  function giveUp(): void {
    onSilence();
    breakOff(lateError(ackMs));
  }

  function breakOff(error: Error): void {
    fail(error);
    call.cancel();
  }

  function fail(error: Error): void {
    isOpen = false;
    clearTimeout(timer);
    unsent.length = 0;
    if (waiting.length > 0 && lastAckNo === 0 && !isCancelled) onUseless(error);
    for (const one of waiting.splice(0)) one.reject(error);
  }

  return {
    get isOpen() {
      return isOpen;
    },
    send(encode) {
      // A batch that nobody watches would wait for ever.
      if (!isOpen) return Promise.reject(streamError("the stream has ended"));
      return new Promise((resolve, reject) => {
        lastBatchNo += 1;
        waiting.push({ batchNo: lastBatchNo, resolve, reject });
        if (waiting.length === 1) watch();
        unsent.push(encode(lastBatchNo));
        write();
      });
    },
    cancel() {
      isCancelled = true;
      breakOff(streamError("the stream was given up"));
    },
  };
}

function streamError(details: string): Error {
  return Object.assign(new Error(details), { code: status.UNAVAILABLE, details });
}

function lateError(ms: number): Error {
  const details = `no acknowledgement came within ${ms} ms`;
  return Object.assign(new Error(details), { code: status.DEADLINE_EXCEEDED, details });
}
