import { readFile, stat } from "node:fs/promises";
import { Metadata } from "@grpc/grpc-js";
import type { ClientSettings } from "../settings.ts";

/** The metadata of each call: the token, if there is one. Rejects with an Error whose message says why there is none. */
export function createCallMetadata({
  token,
  tokenFile,
}: Pick<ClientSettings, "token" | "tokenFile">): () => Promise<Metadata> {
  const plain = new Metadata();
  if (token === undefined && tokenFile === undefined) return async () => plain;
  const read = tokenFile === undefined ? async () => ask(token) : createFileReader(tokenFile);
  return async () => {
    const value = (await read()).trim();
    if (!/^[\x21-\x7e]+$/.test(value)) {
      throw new Error(
        `the token${tokenFile === undefined ? "" : ` in ${tokenFile}`} must be visible ASCII characters without spaces`,
      );
    }
    const metadata = new Metadata();
    metadata.set("authorization", `Bearer ${value}`);
    return metadata;
  };
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
