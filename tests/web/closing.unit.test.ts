import { once } from "node:events";
import { connect } from "node:net";
import type { ExportActivationsResponse } from "slimmer-grpc";
import { expect, onTestFinished, test } from "vitest";
import { SlimmerError } from "../../src/domain/errors.ts";
import { deferred } from "../../src/kit/deferred.ts";
import { eventually } from "../support/eventually.ts";
import { isListening } from "../support/serving.ts";
import { startedWeb } from "./started-web.ts";

// Envoy has connections open, and does not know yet.
test.each([
  ["/v1/fleet", 200, '{"up":7'],
  ["/v1/systems/nowhere", 404, '"reason":"NOT_FOUND"'],
  ["/v1/activations.csv", 503, '"reason":"SHUTTING_DOWN"'],
])(
  "what is asked over an open connection while the process closes is answered as ever: %s",
  async (path, code, said) => {
    const isAsked = deferred<void>();
    const gate = deferred<void>();
    const web = await startedWeb({
      reader: {
        get_storage: async () => {
          isAsked.resolve();
          await gate.promise;
          return {};
        },
        get_fleet: async () => ({ up: 7 }),
        get_system: async () => {
          throw new SlimmerError("NOT_FOUND", "there is no such system");
        },
      },
      async *exportActivations(_request, signal): AsyncGenerator<ExportActivationsResponse> {
        if (!signal.aborted) yield { data: Buffer.alloc(0), rows: 0 };
      },
    });
    const socket = connect(web.port, "127.0.0.1");
    onTestFinished(() => void socket.destroy());
    let text = "";
    socket.setEncoding("utf8").on("data", (chunk: string) => {
      text += chunk;
    });
    const ask = (at: string) => socket.write(`GET ${at} HTTP/1.1\r\nhost: x\r\n\r\n`);
    ask("/v1/storage");
    await isAsked.promise;

    const closed = web.close();
    await eventually(async () => expect(await isListening(`127.0.0.1:${web.port}`)).toBe(false));
    ask(path);
    gate.resolve();
    await once(socket, "close");
    await closed;
    const [, first = "", second = ""] = text.split("HTTP/1.1 ");
    expect(first).toMatch(/^200 /);
    expect(second).toMatch(new RegExp(`^${code} `));
    expect(second).toContain(said);
    expect(second).toMatch(/^connection: close\r$/im);
    expect(second).toMatch(/^x-content-type-options: nosniff\r$/im);
    expect(/^retry-after: \d+\r$/im.test(second)).toBe(code === 503);
  },
);
