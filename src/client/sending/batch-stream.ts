import { type ServiceError, status } from "@grpc/grpc-js";
import type { ActivationAckOutput } from "slimmer-grpc";
import type { Connection } from "./connection.ts";

/** One `stream_activations`. Ends by itself once nothing is under way for `idleMs`, so that it keeps no process alive. */
export type BatchStream = {
  /** False once it has ended or broken: open another one. */
  readonly isOpen: boolean;
  /** Resolves with the acknowledgement; rejects with what broke the stream. `encode` gets the number of the batch. */
  send(encode: (batchNo: number) => Buffer): Promise<ActivationAckOutput>;
  /** No more batches; resolves when those under way are acknowledged or failed. */
  end(): Promise<void>;
  cancel(): void;
};

type Waiting = {
  batchNo: number;
  resolve(ack: ActivationAckOutput): void;
  reject(error: unknown): void;
};

export async function openBatchStream(
  connection: Pick<Connection, "openStream">,
  { ackMs, idleMs = 1_000 }: { ackMs: number; idleMs?: number },
): Promise<BatchStream> {
  const call = await connection.openStream();
  const waiting: Waiting[] = [];
  let isOpen = true;
  let lastBatchNo = 0;
  let timer: NodeJS.Timeout | undefined;
  let onEmpty: (() => void) | undefined;

  call.on("data", (ack: ActivationAckOutput) => {
    const next = waiting.shift();
    if (next?.batchNo !== ack.batch_no) {
      if (next) waiting.unshift(next);
      breakOff(streamError(`an acknowledgement of batch ${ack.batch_no} came out of turn`));
      return;
    }
    watch();
    next.resolve(ack);
    if (waiting.length === 0) onEmpty?.();
  });
  call.on("error", (error: ServiceError) => fail(error));
  // After an error it comes too; by then nothing waits.
  call.on("end", () => fail(streamError("the server ended the stream")));

  /** While something waits: for its acknowledgement. Else: for more work. */
  function watch(): void {
    if (!isOpen) return;
    clearTimeout(timer);
    timer =
      waiting.length > 0
        ? setTimeout(() => breakOff(lateError(ackMs)), ackMs)
        : setTimeout(halfClose, idleMs);
    // The open stream itself keeps the process alive for as long.
    timer.unref();
  }

  function halfClose(): void {
    if (!isOpen) return;
    isOpen = false;
    clearTimeout(timer);
    // A server that does not end it in turn would keep the process alive.
    timer = setTimeout(() => breakOff(lateError(ackMs)), ackMs).unref();
    call.end();
  }

  function breakOff(error: Error): void {
    fail(error);
    call.cancel();
  }

  function fail(error: Error): void {
    isOpen = false;
    clearTimeout(timer);
    for (const one of waiting.splice(0)) one.reject(error);
    onEmpty?.();
  }

  return {
    get isOpen() {
      return isOpen;
    },
    send(encode) {
      return new Promise((resolve, reject) => {
        lastBatchNo += 1;
        waiting.push({ batchNo: lastBatchNo, resolve, reject });
        if (waiting.length === 1) watch();
        call.write(encode(lastBatchNo));
      });
    },
    end() {
      halfClose();
      if (waiting.length === 0) return Promise.resolve();
      return new Promise((resolve) => {
        onEmpty = resolve;
      });
    },
    cancel: () => breakOff(streamError("the client was closed")),
  };
}

function streamError(details: string): Error {
  return Object.assign(new Error(details), { code: status.UNAVAILABLE, details });
}

function lateError(ms: number): Error {
  const details = `no acknowledgement came within ${ms} ms`;
  return Object.assign(new Error(details), { code: status.DEADLINE_EXCEEDED, details });
}
