import type { HttpRoute } from "../http-routes.ts";
import type { MessageName } from "../messages.ts";
import { type FileDescriptor, methodsOf } from "./descriptors.ts";
import { readHttpRules } from "./http-rules.ts";

/** The rules of `http.yaml`, one route for each binding. */
export function routesOf(httpYaml: string, files: readonly FileDescriptor[]): HttpRoute[] {
  const methods = methodsOf(files);
  return [...readHttpRules(httpYaml, files)].flatMap(([selector, rule]) => {
    const [, service = "", rpc = ""] = selector.split(".");
    const method = methods.get(selector);
    const { additional_bindings = [], ...first } = rule;
    return [first, ...additional_bindings].map((binding): HttpRoute => {
      const verb = binding.get === undefined ? "POST" : "GET";
      return {
        service: service as HttpRoute["service"],
        rpc,
        method: verb,
        path: binding.get ?? binding.post ?? "",
        hasBody: binding.body !== undefined,
        request: messageOf(method?.input_type),
        response: messageOf(method?.output_type),
      };
    });
  });
}

function messageOf(fullName = ""): MessageName {
  return fullName.replace(/^\.?slimmer_grpc\./, "") as MessageName;
}
