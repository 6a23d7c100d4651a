import { createHash } from "node:crypto";
import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";
import type { FastifyReply, FastifyRequest } from "fastify";

const brotli = promisify(brotliCompress);
const zip = promisify(gzip);

/** What a URL leads to, in the forms in which it can be sent. Each compressed form is made once, when it is first asked for. */
export type Representation = {
  readonly type: string;
  readonly etag: string;
  readonly body: Buffer;
  compressed(encoding: Encoding): Promise<Buffer>;
};

export type Encoding = "br" | "gzip";

/** Below this a packet is a packet. */
const MIN_COMPRESSED_BYTES = 1_024;

/** `quality` is brotli's, 0 to 11: what is sent for months is worth more of it than what is old in a second. */
export function represent(
  content: string | Buffer,
  { type, quality, compresses = true }: { type: string; quality: number; compresses?: boolean },
): Representation {
  const body = typeof content === "string" ? Buffer.from(content) : content;
  const forms = new Map<Encoding, Promise<Buffer>>();
  return {
    type,
    // Weak: it is the same for all encodings.
    etag: `W/"${createHash("sha256").update(body).digest("base64url").slice(0, 22)}"`,
    body,
    async compressed(encoding) {
      if (!compresses || body.length < MIN_COMPRESSED_BYTES) return body;
      let form = forms.get(encoding);
      if (!form) {
        form = encoding === "br" ? brotli(body, brotliOptions(body, quality)) : zip(body);
        forms.set(encoding, form);
      }
      return await form;
    },
  };
}

function brotliOptions(body: Buffer, quality: number) {
  return {
    params: {
      [constants.BROTLI_PARAM_QUALITY]: quality,
      [constants.BROTLI_PARAM_SIZE_HINT]: body.length,
    },
  };
}

/** Sends it as the request wants it: compressed or not, or only that it has not changed. */
export async function sendRepresentation(
  request: FastifyRequest,
  reply: FastifyReply,
  what: Representation,
  cacheControl: string,
): Promise<FastifyReply> {
  reply.headers({ etag: what.etag, vary: "accept-encoding", "cache-control": cacheControl });
  if (matches(request.headers["if-none-match"], what.etag)) return reply.code(304).send();
  const encoding = chosenEncoding(request.headers["accept-encoding"]);
  const body = encoding ? await what.compressed(encoding) : what.body;
  if (encoding && body !== what.body) reply.header("content-encoding", encoding);
  return reply.type(what.type).send(body);
}

function matches(ifNoneMatch: string | undefined, etag: string): boolean {
  if (ifNoneMatch === undefined) return false;
  const tags = ifNoneMatch.split(",").map((tag) => tag.trim());
  return tags.includes(etag) || tags.includes("*") || tags.includes(etag.slice(2));
}

/** The best that the client takes. A quality of 0 is a refusal; other qualities make no difference here. */
export function chosenEncoding(acceptEncoding: unknown): Encoding | undefined {
  const accepted = new Set<string>();
  for (const part of String(acceptEncoding ?? "").split(",")) {
    const [name = "", ...parameters] = part.toLowerCase().split(";");
    const isRefused = parameters.some((one) => /^\s*q=0(\.0*)?\s*$/.test(one));
    if (!isRefused) accepted.add(name.trim());
  }
  if (accepted.has("br")) return "br";
  return accepted.has("gzip") || accepted.has("*") ? "gzip" : undefined;
}
