import { readFileSync } from "node:fs";
import { Metadata } from "slimmer-grpc";
import type { Usage } from "../usage.ts";

/** The token, and the file that it came from, if it did. */
export type Token = { readonly token: string | undefined; readonly tokenFile: string | undefined };

/** What a header may have. */
const TOKEN = /^[\x21-\x7e]+$/;

/** The token of a flag's file or the environment; what is wrong with it is collected. */
export function readToken(flag: string | undefined, env: NodeJS.ProcessEnv, usage: Usage): Token {
  const { SLIMMER_TOKEN: ofEnv = "", SLIMMER_TOKEN_FILE: fileOfEnv } = env;
  const file = flag ?? (fileOfEnv || undefined);
  const check = (name: string, text: string) => {
    if (TOKEN.test(text)) return;
    usage.wrong(`${name} must hold visible ASCII characters without spaces`);
  };
  if (file === undefined) {
    const token = ofEnv.trim() || undefined;
    if (token !== undefined) check("SLIMMER_TOKEN", token);
    return { token, tokenFile: undefined };
  }
  const name = flag === undefined ? "SLIMMER_TOKEN_FILE" : "--token-file";
  if (flag === undefined && ofEnv) {
    usage.wrong("SLIMMER_TOKEN and SLIMMER_TOKEN_FILE are both set; set one of them");
  }
  try {
    const token = textOf(file);
    if (token === "") usage.wrong(`${name}=${file} is empty`);
    else check(`${name}=${file}`, token);
    return { token, tokenFile: file };
  } catch (error) {
    usage.wrong(`${name}=${file} can't be read: ${(error as Error).message}`);
    return { token: undefined, tokenFile: file };
  }
}

/**
 * What goes with a call that is made now. The token's file is read anew each time: Kubernetes and others replace it while a
 * process runs. Where it holds none just then, the server judges the one before.
 */
export function callMetadata({ token, tokenFile }: Token): () => Metadata {
  let latest = token;
  return () => {
    if (tokenFile !== undefined) latest = newestOf(tokenFile) ?? latest;
    const metadata = new Metadata();
    if (latest !== undefined) metadata.set("authorization", `Bearer ${latest}`);
    return metadata;
  };
}

function newestOf(file: string): string | undefined {
  try {
    const text = textOf(file);
    return TOKEN.test(text) ? text : undefined;
  } catch {
    return undefined;
  }
}

function textOf(file: string): string {
  return readFileSync(file, "utf8").trim();
}
