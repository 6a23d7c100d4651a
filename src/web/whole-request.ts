import type { IncomingMessage } from "node:http";

/**
 * Resolves once all of a request has come, or its connection has ended; what is read is thrown away, and no more than
 * `maxBytes` of it are. An answer that overtakes its request is allowed, but then Envoy resets the stream behind the
 * answer (RFC 9113, 8.1), and curl up to 7.88 drops what it has not looked at yet: instead of the refusal it tells of a
 * stream error.
 */
export async function wholeRequest(request: IncomingMessage, maxBytes: number): Promise<void> {
  const { headers, complete, destroyed } = request;
  if (complete || destroyed) return;
  const announced = Number(headers["content-length"] ?? 0);
  const hasBody = announced > 0 || headers["transfer-encoding"] !== undefined;
  if (!hasBody || announced > maxBytes) return;
  await new Promise<void>((resolve) => {
    let left = maxBytes;
    request.on("data", (bytes: Buffer) => {
      left -= bytes.length;
      if (left < 0) resolve();
    });
    request.once("end", resolve).once("close", resolve);
  });
}
