import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { Page } from "playwright-core";
import { ReaderService } from "slimmer-grpc";
import { v7 } from "uuid";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openPage, useBrowser } from "../support/browser.ts";
import { createCaller } from "../support/caller.ts";
import { door, greenhouse } from "../support/cast.ts";
import { framed, openClient } from "../support/edge-calls.ts";
import { GRPC_HOST, useEdge } from "../support/envoy.ts";
import { useServers } from "../support/slimmer-servers.ts";

/** Two sites that have nothing to do with slimmer; Envoy knows one of them. */
const sites: Server[] = [];
const origins: string[] = [];
beforeAll(async () => {
  for (let count = 0; count < 2; count++) {
    const site = createServer((_, response) => {
      response.setHeader("content-type", "text/html").end("<title>A page of somebody else</title>");
    });
    await new Promise<void>((resolve) => site.listen(0, "127.0.0.1", resolve));
    sites.push(site);
    origins.push(`http://127.0.0.1:${(site.address() as AddressInfo).port}`);
  }
});
afterAll(() => {
  for (const site of sites) site.close();
});

const servers = useServers(1);
const edge = useEdge(() => ({
  upstreams: servers().addresses,
  env: { SLIMMER_EDGE_CORS_ORIGINS: origins[0] as string },
}));
const browser = useBrowser({ hosts: { [GRPC_HOST]: "127.0.0.1" } });

const { systemId, entities } = greenhouse;
const activationIds: string[] = [];
const runId = v7();

async function fire(): Promise<string> {
  const activation_id = v7();
  const client = openClient(edge());
  await createCaller(client).fire({
    system_id: systemId,
    run_id: runId,
    entity: door,
    activation_id,
  });
  client.close();
  return activation_id;
}

beforeAll(async () => {
  const client = openClient(edge());
  await createCaller(client).run({ system_id: systemId, entities, run_id: runId });
  client.close();
  activationIds.push(await fire(), await fire());
});

type Answer = { messages: string[]; trailers: string; failure?: string };

/**
 * A grpc-web call as a page makes it, with nothing but fetch; `until` messages of a stream are waited for. Messages come
 * back as base64.
 */
function callFromPage(
  page: Page,
  method: "list_activations" | "get_system" | "get_fleet" | "watch_activations",
  request: object,
  until = Number.POSITIVE_INFINITY,
): Promise<Answer> {
  const { path, requestSerialize } = ReaderService[method];
  const frame = framed(requestSerialize(request as never));
  return page.evaluate(
    async ({ url, bytes, until }) => {
      const answer = { messages: [] as string[], trailers: "" };
      const ended = new AbortController();
      try {
        const response = await fetch(url, {
          method: "POST",
          headers: { "content-type": "application/grpc-web+proto", "x-grpc-web": "1" },
          body: Uint8Array.from(bytes),
          signal: ended.signal,
        });
        const status = response.headers.get("grpc-status");
        if (status) answer.trailers = `grpc-status:${status}`;
        const reader = (response.body as ReadableStream<Uint8Array>).getReader();
        let rest: number[] = [];
        for (;;) {
          const { value, done } = await reader.read();
          if (done) return answer;
          rest = [...rest, ...value];
          for (;;) {
            const [flags = 0, a = 0, b = 0, c = 0, d = 0] = rest;
            const length = ((a * 256 + b) * 256 + c) * 256 + d;
            if (rest.length < 5 + length) break;
            const payload = String.fromCharCode(...rest.slice(5, 5 + length));
            rest = rest.slice(5 + length);
            if (flags & 0x80) answer.trailers += payload;
            else answer.messages.push(btoa(payload));
            if (answer.messages.length >= until) {
              ended.abort();
              return answer;
            }
          }
        }
      } catch (error) {
        return { ...answer, failure: String(error) };
      }
    },
    { url: `https://${GRPC_HOST}:${edge().port}${path}`, bytes: [...frame], until },
  );
}

describe("a page of another origin", () => {
  test("calls Reader by grpc-web through Envoy", async () => {
    const page = await openPage(browser(), origins[0] as string);
    const { messages, trailers } = await callFromPage(page, "list_activations", {
      system_id: systemId,
    });
    expect(trailers).toContain("grpc-status:0");
    const [message] = messages.map((text) => Buffer.from(text, "base64"));
    const { activations } = ReaderService.list_activations.responseDeserialize(message as Buffer);
    expect(activations.map((one) => one.activation_id)).toEqual(activationIds.toReversed());
  });

  test("can read why a call was refused", async () => {
    const page = await openPage(browser(), origins[0] as string);
    const { messages, trailers } = await callFromPage(page, "get_system", { system_id: "nobody" });
    expect(messages).toEqual([]);
    expect(trailers).toContain("grpc-status:5");
  });

  test("follows watch_activations, and sees what is fired meanwhile", async () => {
    const page = await openPage(browser(), origins[0] as string);
    // The first message has what there is already, the second what comes.
    let isOver = false;
    const seen = callFromPage(page, "watch_activations", { system_id: systemId, recent: 500 }, 2);
    void seen.finally(() => {
      isOver = true;
    });
    const later: string[] = [];
    while (!isOver) later.push(await fire());
    const { messages, failure } = await seen;
    expect(failure).toBeUndefined();
    const [first = [], second = []] = messages.map((text) =>
      ReaderService.watch_activations
        .responseDeserialize(Buffer.from(text, "base64"))
        .activations.map((one) => one.activation_id),
    );
    for (const id of activationIds) expect(first).toContain(id);
    expect(second.length).toBeGreaterThan(0);
    for (const id of second) expect(later).toContain(id);
  });

  test("gets nothing where Envoy does not know its origin", async () => {
    const page = await openPage(browser(), origins[1] as string, undefined, {
      mayComplain: /CORS policy/,
    });
    const { failure } = await callFromPage(page, "get_fleet", {});
    expect(failure).toContain("Failed to fetch");
  });

  test("stores nothing where Envoy does not know its origin, though the browser sends it", async () => {
    const send = async (origin: string) => {
      const activation_id = v7();
      const page = await openPage(browser(), origin, undefined, { mayComplain: /403/ });
      const path = `/v1/systems/${systemId}/activations`;
      await page.evaluate(
        async ({ url, body }) => void (await fetch(url, { method: "POST", mode: "no-cors", body })),
        {
          url: `https://${GRPC_HOST}:${edge().port}${path}`,
          body: JSON.stringify({ run_id: runId, entity: door, activation_id }),
        },
      );
      return activation_id;
    };
    const [known, unknown] = [await send(origins[0] as string), await send(origins[1] as string)];
    const { rows } = await servers().db.query(
      "select activation_id from activations where activation_id = any($1::uuid[])",
      [[known, unknown]],
    );
    expect(rows).toEqual([{ activation_id: known }]);
  });
});
