import type { FastifyRequest } from "fastify";

/** The query of a request, as it was sent: with every repetition. */
export function queryOf(request: FastifyRequest): URLSearchParams {
  return new URLSearchParams(queryText(request));
}

export function queryText({ raw: { url = "" } }: FastifyRequest): string {
  const start = url.indexOf("?");
  return start === -1 ? "" : url.slice(start + 1);
}

export function pathOf(url: string): string {
  return url.split("?", 1)[0] ?? "/";
}
