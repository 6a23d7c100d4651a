import {
  credentials,
  type Metadata,
  Server,
  ServerCredentials,
  type sendUnaryData,
} from "@grpc/grpc-js";
import { MainClient, MainService } from "slimmer-grpc";
import { onTestFinished } from "vitest";
import { toStatus } from "../../src/rpc/status.ts";

type Request = Record<string, unknown>;
export type Call = { method: string; request: Request; metadata: Metadata; atMs: number };

/** What a scripted server does with a call: answers, or throws a SlimmerError or a bare status. */
export type Script = (call: Call) => Promise<object> | object;

export type ScriptedServer = {
  readonly address: string;
  /** In the order of their arrival. */
  readonly calls: Call[];
  callsOf(method: string): Call[];
};

const UNARY = ["ping", "new_system_run", "new_activation", "end_system_run"] as const;
const SILENT = { error: () => {} };

/** A server for the running test that answers what `script` says. */
export async function startScriptedServer(
  script: Script,
  serverCredentials: ServerCredentials = ServerCredentials.createInsecure(),
): Promise<ScriptedServer> {
  const calls: Call[] = [];
  const server = new Server();
  const handler =
    (method: string) =>
    async (
      { request, metadata }: { request: Request; metadata: Metadata },
      callback: sendUnaryData<object>,
    ) => {
      const call = { method, request, metadata, atMs: performance.now() };
      calls.push(call);
      try {
        callback(null, await script(call));
      } catch (error) {
        callback("code" in (error as object) ? (error as never) : toStatus(error, SILENT));
      }
    };
  const handlers = Object.fromEntries(UNARY.map((method) => [method, handler(method)]));
  server.addService(MainService, handlers as never);
  const port = await new Promise<number>((resolve, reject) =>
    server.bindAsync("127.0.0.1:0", serverCredentials, (error, bound) =>
      error ? reject(error) : resolve(bound),
    ),
  );
  onTestFinished(() => server.forceShutdown());
  return {
    address: `127.0.0.1:${port}`,
    calls,
    callsOf: (name) => calls.filter(({ method }) => method === name),
  };
}

/** A script that answers as a slimmer would, but for what `script` answers itself. */
export function otherwiseAgreeing(script: (call: Call) => object | undefined): Script {
  return (call) => {
    const { method, request } = call;
    const answer = script(call);
    if (answer) return answer;
    if (method === "ping") return { message: request.message };
    if (method === "new_system_run") return { run_id: request.run_id };
    if (method === "new_activation") return { success: true, activation_id: request.activation_id };
    return {};
  };
}

/** Hands calls on to a real server, for the running test. */
export function forwardingTo(address: string): Script {
  const client = new MainClient(address, credentials.createInsecure());
  onTestFinished(() => client.close());
  type Method = (request: Request, callback: sendUnaryData<object>) => void;
  const methods = client as unknown as Record<string, Method>;
  return ({ method, request }) =>
    new Promise((resolve, reject) =>
      methods[method]?.call(client, request, (error, answer) =>
        error ? reject(error) : resolve(answer as object),
      ),
    );
}
