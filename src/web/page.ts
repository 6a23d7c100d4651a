import { readdir, readFile } from "node:fs/promises";
import { extname, join } from "node:path";
import type { FastifyReply, FastifyRequest } from "fastify";
import { type Representation, represent, sendRepresentation } from "./representation.ts";

/** The files of the dashboard, in memory, by their URLs. */
export type Page = {
  readonly index: Representation;
  readonly files: ReadonlyMap<string, Representation>;
  /** False where the dashboard was never built: `index` says so. */
  readonly isBuilt: boolean;
};

const TYPES: Record<string, { type: string; compresses: boolean }> = {
  ".html": { type: "text/html; charset=utf-8", compresses: true },
  ".js": { type: "text/javascript; charset=utf-8", compresses: true },
  ".css": { type: "text/css; charset=utf-8", compresses: true },
  ".svg": { type: "image/svg+xml", compresses: true },
  ".json": { type: "application/json", compresses: true },
  ".webmanifest": { type: "application/manifest+json", compresses: true },
  ".txt": { type: "text/plain; charset=utf-8", compresses: true },
  ".png": { type: "image/png", compresses: false },
  ".ico": { type: "image/x-icon", compresses: false },
  ".woff2": { type: "font/woff2", compresses: false },
};

/** Takes about 50 ms for 100 kB, once. */
const QUALITY = 9;
/** A file there has a hash of its content in its name. */
const HASHED = "/assets/";

const NOT_BUILT =
  "<!doctype html><title>slimmer</title><p>The dashboard is not built: run <code>npm run build</code>, and start slimmer again.</p>\n";

/** Reads what was built into `folder`; files of unknown kinds (source maps) are left out. */
export async function loadPage(folder: string): Promise<Page> {
  const names = await readdir(folder, { recursive: true }).catch(() => []);
  const files = new Map<string, Representation>();
  for (const name of names.sort()) {
    const kind = TYPES[extname(name)];
    if (!kind) continue;
    const content = await readFile(join(folder, name));
    files.set(`/${name.replaceAll("\\", "/")}`, represent(content, { ...kind, quality: QUALITY }));
  }
  const index = files.get("/index.html");
  files.delete("/index.html");
  if (index) return { index, files, isBuilt: true };
  const html = { type: "text/html; charset=utf-8", quality: QUALITY };
  return { index: represent(NOT_BUILT, html), files: new Map(), isBuilt: false };
}

/** Makes every compressed form now, so that nobody waits for one. */
export async function compressPage({ index, files }: Page): Promise<void> {
  const all = [index, ...files.values()];
  await Promise.all(all.flatMap((one) => [one.compressed("br"), one.compressed("gzip")]));
}

/**
 * Sends the file that a path names, or the page itself where a browser asks for any other: a link into the dashboard is a
 * path of its own. Undefined where neither is meant.
 */
export function sendPage(
  page: Page,
  path: string,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> | undefined {
  const file = page.files.get(path);
  if (file) {
    const isForever = path.startsWith(HASHED);
    const control = isForever ? "public, max-age=31536000, immutable" : "no-cache";
    return sendRepresentation(request, reply, file, control);
  }
  if (path.startsWith(HASHED) || !wantsHtml(path, request)) return undefined;
  if (!page.isBuilt) reply.code(503);
  return sendRepresentation(request, reply, page.index, "no-cache");
}

/** What takes anything (curl, a script) means the page only where it asks for nothing else. */
function wantsHtml(path: string, { headers: { accept = "*/*" } }: FastifyRequest): boolean {
  return accept.includes("text/html") || (path === "/" && accept.includes("*/*"));
}
