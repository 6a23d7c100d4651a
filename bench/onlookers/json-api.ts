import { type Agent, type IncomingMessage, request } from "node:http";
import { promisify } from "node:util";
import { brotliDecompress, gunzip } from "node:zlib";
import type { Answer, Call } from "../screens/load-ask.ts";

const unbrotli = promisify(brotliDecompress);
const unzip = promisify(gunzip);

/** As a browser asks: with the tags of what it has, and compressed. */
const HEADERS = { accept: "application/json", "accept-encoding": "gzip, deflate, br" };

/** The JSON API as one page of the dashboard asks it. */
export type JsonApi = {
  /** The answer. */
  readonly read: Call;
  /** Takes the answer, and leaves it undecoded: on a machine of its own that would be somebody else's work. */
  readonly take: Call;
  /** By what the server wants the times multiplied after which it is asked again. */
  readonly pace: number;
};

export function createJsonApi(web: string, agent: Agent): JsonApi {
  let pace = 1;
  const latest = new Map<string, { etag: string; answer: Answer }>();

  const asking =
    (decode: (response: IncomingMessage, bytes: Buffer) => Promise<Answer>): Call =>
    async (path, body) => {
      const known = body ? undefined : latest.get(path);
      const { response, bytes } = await send(path, body, known?.etag);
      pace = Number(response.headers["slimmer-pace"] ?? 1);
      if (response.statusCode === 304 && known) return known.answer;
      if (response.statusCode !== 200) throw new Error(`was answered ${response.statusCode}`);
      const answer = await decode(response, bytes);
      const { etag } = response.headers;
      if (etag && !body) latest.set(path, { etag, answer });
      return answer;
    };

  function send(
    path: string,
    body: object | undefined,
    etag: string | undefined,
  ): Promise<{ response: IncomingMessage; bytes: Buffer }> {
    const text = body && JSON.stringify(body);
    const headers = {
      ...HEADERS,
      ...(etag && { "if-none-match": etag }),
      ...(text && {
        "content-type": "application/json",
        "content-length": Buffer.byteLength(text),
      }),
    };
    return new Promise((resolve, reject) => {
      const cutOff = () => reject(new Error("had its answer cut off"));
      request(`http://${web}${path}`, { agent, headers, method: text ? "POST" : "GET" })
        .on("error", reject)
        .on("response", (response) => {
          const chunks: Buffer[] = [];
          response
            .on("data", (chunk: Buffer) => chunks.push(chunk))
            .on("end", () => resolve({ response, bytes: Buffer.concat(chunks) }))
            .on("error", cutOff)
            .on("close", cutOff);
        })
        .end(text);
    });
  }

  return {
    read: asking(decoded),
    take: asking(async () => ({})),
    get pace() {
      return pace;
    },
  };
}

async function decoded({ headers }: IncomingMessage, bytes: Buffer): Promise<Answer> {
  const encoding = headers["content-encoding"];
  const plain =
    encoding === "br" ? await unbrotli(bytes) : encoding === "gzip" ? await unzip(bytes) : bytes;
  return JSON.parse(plain.toString()) as Answer;
}
