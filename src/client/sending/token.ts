import { readFile, stat } from "node:fs/promises";
import { Metadata } from "@grpc/grpc-js";
import type { ClientSettings } from "../settings.ts";

/** There is no token to send; the message says why. */
export class TokenError extends Error {
  override readonly name = "TokenError";
}

/** The metadata of each call: the token, if there is one. Rejects with a TokenError. */
export function createCallMetadata({
  token,
  tokenFile,
}: Pick<ClientSettings, "token" | "tokenFile">): () => Promise<Metadata> {
  const plain = new Metadata();
  if (token === undefined && tokenFile === undefined) return async () => plain;
  const read = tokenFile === undefined ? async () => ask(token) : createFileReader(tokenFile);
  return async () => {
    const value = (await orTokenError(read())).trim();
    if (!/^[\x21-\x7e]+$/.test(value)) {
      throw new TokenError(
        `the token${tokenFile === undefined ? "" : ` in ${tokenFile}`} must be visible ASCII characters without spaces`,
      );
    }
    const metadata = new Metadata();
    metadata.set("authorization", `Bearer ${value}`);
    return metadata;
  };
}

async function orTokenError(work: Promise<string>): Promise<string> {
  try {
    return await work;
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new TokenError(`there is no token: ${why}`, { cause });
  }
}

async function ask(token: ClientSettings["token"]): Promise<string> {
  const value = typeof token === "function" ? await token() : token;
  return typeof value === "string" ? value : "";
}

/** Kubernetes and others replace token files while a process runs. */
function createFileReader(file: string): () => Promise<string> {
  let known: { stamp: string; text: string } | undefined;
  return async () => {
    const { mtimeMs, size, ino } = await stat(file);
    const stamp = `${mtimeMs} ${size} ${ino}`;
    if (known?.stamp !== stamp) known = { stamp, text: await readFile(file, "utf8") };
    return known.text;
  };
}
