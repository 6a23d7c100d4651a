import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { MessageName } from "./messages.ts";
import { protoRoot } from "./package.ts";

/** Which HTTP request stands for which rpc: a rule of `slimmer_grpc/http.yaml`, or one of its additional bindings. */
export type HttpRoute = {
  service: "Main" | "Reader";
  rpc: string;
  method: "GET" | "POST";
  /** For example `/v1/systems/{system_id}`. */
  path: string;
  /** Whether the body is the request; else it is all in the path and the query. */
  hasBody: boolean;
  request: MessageName;
  response: MessageName;
};

/** The JSON API: every route of every rpc, as the build has found and checked them. */
export function httpRoutes(): readonly HttpRoute[] {
  return JSON.parse(readFileSync(join(protoRoot, "dist", "http-routes.json"), "utf8"));
}

/**
 * The absolute path of `openapi.json`: what the web process answers, as OpenAPI 3.1, with the comments of the contract.
 */
export const openApiPath: string = join(protoRoot, "dist", "openapi.json");
