import { connect } from "node:net";
import type { Place } from "../connection/target.ts";
import { type Finding, findings } from "./finding.ts";

const { ok, fail } = findings("connection");

const ADVICE: Record<string, string> = {
  ECONNREFUSED: "is the server running, and is the port right? Its gRPC port is 50051 by default",
  ETIMEDOUT: "a firewall or a wrong address: is the port open on the way?",
  EHOSTUNREACH: "check the network of this machine, and the address",
  ENETUNREACH: "check the network of this machine, and the address",
};

/** Whether somebody takes TCP connections there. */
export function checkTcp({ host, port }: Place, timeoutMs: number): Promise<Finding> {
  const startedAt = performance.now();
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: timeoutMs });
    const settle = (finding: Finding) => {
      socket.destroy();
      resolve(finding);
    };
    const refuse = (code: string, message: string) =>
      settle(fail(message, ADVICE[code] ?? "check address and network"));
    socket.once("connect", () => {
      const ms = (performance.now() - startedAt).toFixed(1);
      settle(ok(`TCP to ${socket.remoteAddress} port ${port} in ${ms} ms`));
    });
    socket.once("timeout", () => refuse("ETIMEDOUT", `no answer within ${timeoutMs} ms`));
    socket.once("error", (error: NodeJS.ErrnoException & { errors?: Error[] }) => {
      refuse(error.code ?? "", error.message || error.errors?.[0]?.message || String(error.code));
    });
  });
}
