import { fromJSON, type PackageDefinition } from "@grpc/proto-loader";
import { GOOGLE_RPC } from "../google-rpc.ts";
import { canonicalFiles } from "./canonical-files.ts";
import { encodeSet, HTTP_OPTION, methodsOf } from "./descriptors.ts";
import { readHttpRules } from "./http-rules.ts";

/**
 * The bytes of a google.protobuf.FileDescriptorSet: the contract, the details of errors (Envoy prints only what it can look
 * up), and the HTTP rules as the option google.api.http of their methods. The same input gives the same bytes.
 */
export function descriptorSet(contract: PackageDefinition, httpYaml: string): Uint8Array {
  const files = canonicalFiles([contract, fromJSON(GOOGLE_RPC, { keepCase: true })]);
  const rules = readHttpRules(httpYaml, files);
  for (const [name, method] of methodsOf(files)) {
    const rule = rules.get(name);
    if (rule) method.options = { ...method.options, [HTTP_OPTION]: rule };
  }
  return encodeSet(files);
}
