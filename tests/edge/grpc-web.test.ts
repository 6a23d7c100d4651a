import { MainService } from "slimmer-grpc";
import { v7 } from "uuid";
import { beforeAll, describe, expect, test } from "vitest";
import { createCaller } from "../support/caller.ts";
import { door, greenhouse } from "../support/cast.ts";
import { ask, framed, openClient } from "../support/edge-calls.ts";
import { edgeOfTest, useEdge, WEB_HOST } from "../support/envoy.ts";
import { useServers } from "../support/slimmer-servers.ts";

const PAGE = "https://panel.example";
const OTHER_PAGE = "https://evil.example";

const servers = useServers(1);
const edge = useEdge(() => ({
  upstreams: servers().addresses,
  env: { SLIMMER_EDGE_CORS_ORIGINS: `${PAGE},http://localhost:5173` },
}));

const { path: PATH, requestSerialize, responseDeserialize } = MainService.new_activation;
let runId = "";
beforeAll(async () => {
  const client = openClient(edge());
  const { systemId: system_id, entities } = greenhouse;
  runId = (await createCaller(client).run({ system_id, entities, run_id: v7() })).run_id;
  client.close();
});

function activation(activationId: string): Buffer {
  return requestSerialize({
    system_id: greenhouse.systemId,
    run_id: runId,
    entity: door,
    activation_id: activationId,
  });
}

/** The messages and the trailers of an answer, which comes in frames of its own. */
function framesOf(body: Buffer): { messages: Buffer[]; trailers: string } {
  const TRAILERS = 0x80;
  const messages: Buffer[] = [];
  let trailers = "";
  for (let at = 0; at < body.length; ) {
    const end = at + 5 + body.readUInt32BE(at + 1);
    const content = body.subarray(at + 5, end);
    if (body.readUInt8(at) & TRAILERS) trailers = content.toString();
    else messages.push(content);
    at = end;
  }
  return { messages, trailers };
}

async function isStored(id: string): Promise<boolean> {
  const { rowCount } = await servers().db.query(
    "select from activations where activation_id = $1",
    [id],
  );
  return rowCount === 1;
}

/** As a browser's generated client asks. */
const browserHeaders = (contentType: string, origin = PAGE) => ({
  "content-type": contentType,
  accept: contentType,
  "x-grpc-web": "1",
  "x-user-agent": "grpc-web-javascript/0.1",
  origin,
});

describe("a call from a page", () => {
  test.each([1, 2] as const)("stores an activation, in binary over HTTP/%i", async (http) => {
    const id = v7();
    const { status, headers, body } = await ask(
      edge(),
      {
        method: "POST",
        path: PATH,
        headers: browserHeaders("application/grpc-web+proto"),
        body: framed(activation(id)),
      },
      { http },
    );
    expect(status).toBe(200);
    expect(headers["content-type"]).toBe("application/grpc-web+proto");
    expect(headers["access-control-allow-origin"]).toBe(PAGE);
    expect(headers["access-control-expose-headers"]).toBe(
      "grpc-status, grpc-message, grpc-status-details-bin",
    );
    const { messages, trailers } = framesOf(body);
    expect(messages.map(responseDeserialize)).toMatchObject([{ success: true, activation_id: id }]);
    expect(trailers).toMatch(/^grpc-status:0\r\n/m);
    expect(await isStored(id)).toBe(true);
  });

  test("stores an activation, as text", async () => {
    const id = v7();
    const { status, headers, text } = await ask(edge(), {
      method: "POST",
      path: PATH,
      headers: browserHeaders("application/grpc-web-text"),
      body: framed(activation(id)).toString("base64"),
    });
    expect(status).toBe(200);
    expect(headers["content-type"]).toMatch(/^application\/grpc-web-text/);
    // Each piece is padded by itself.
    const pieces = text.match(/[^=]+=*/g) ?? [];
    const body = Buffer.concat(pieces.map((piece) => Buffer.from(piece, "base64")));
    const { messages, trailers } = framesOf(body);
    expect(messages.map(responseDeserialize)).toMatchObject([{ success: true, activation_id: id }]);
    expect(trailers).toContain("grpc-status:0");
    expect(await isStored(id)).toBe(true);
  });

  test("learns why it was refused", async () => {
    const { headers, body } = await ask(edge(), {
      method: "POST",
      path: PATH,
      headers: browserHeaders("application/grpc-web+proto"),
      body: framed(activation("nope")),
    });
    expect(headers["access-control-allow-origin"]).toBe(PAGE);
    const said = `${JSON.stringify(headers)}${framesOf(body).trailers}`;
    expect(said).toMatch(/grpc-status"?:"?3/);
    expect(said).toContain("grpc-status-details-bin");
  });

  test("may be JSON", async () => {
    const { status, headers } = await ask(edge(), {
      method: "POST",
      path: "/v1/ping",
      headers: { origin: PAGE, "content-type": "application/json" },
      body: "{}",
    });
    expect([status, headers["access-control-allow-origin"]]).toEqual([200, PAGE]);
  });

  test("is told of Envoy's own refusals, too", async () => {
    const { status, headers } = await ask(edge(), {
      method: "POST",
      path: "/v1/nothing",
      headers: { origin: PAGE, "content-type": "application/json" },
      body: "{}",
    });
    expect([status, headers["access-control-allow-origin"]]).toEqual([404, PAGE]);
  });
});

test.each([OTHER_PAGE, `${PAGE}.evil.example`, "http://panel.example"])(
  "JSON from a page of %s is refused, while that of named pages passes",
  async (origin) => {
    const ping = (from: string) =>
      ask(edge(), { method: "POST", path: "/v1/ping", headers: { origin: from }, body: "{}" });
    expect((await ping(origin)).status).toBe(403);
    expect((await ping(PAGE)).status).toBe(200);
    expect((await ping("http://localhost:5173")).status).toBe(200);
  },
);

/** What a browser asks before the call itself. */
const preflight = (origin: string, path = PATH) => ({
  method: "OPTIONS",
  path,
  headers: {
    origin,
    "access-control-request-method": "POST",
    "access-control-request-headers": "content-type,x-grpc-web,x-user-agent",
  },
});

describe("a preflight", () => {
  test.each([
    [PATH, PAGE],
    ["/v1/ping", "http://localhost:5173"],
  ])("of %s is answered for %s", async (path, origin) => {
    const { status, headers } = await ask(edge(), preflight(origin, path));
    expect(status).toBe(200);
    expect(headers).toMatchObject({
      "access-control-allow-origin": origin,
      "access-control-allow-methods": "GET, POST, OPTIONS",
      "access-control-max-age": "86400",
    });
    const allowed = String(headers["access-control-allow-headers"]).split(/, */);
    expect(allowed).toEqual(
      expect.arrayContaining(["content-type", "x-grpc-web", "x-user-agent", "grpc-timeout"]),
    );
  });

  test.each([OTHER_PAGE, `${PAGE}.evil.example`, "http://panel.example", "null"])(
    "is not answered for %s",
    async (origin) => {
      const { headers } = await ask(edge(), preflight(origin));
      expect(headers["access-control-allow-origin"]).toBeUndefined();
    },
  );

  test("is not answered on the web host", async () => {
    const { headers } = await ask(edge(), preflight(PAGE), { servername: WEB_HOST });
    expect(headers["access-control-allow-origin"]).toBeUndefined();
  });

  test("is answered for everybody where the setting says *, and so is the call", async () => {
    const open = await edgeOfTest({
      upstreams: servers().addresses,
      env: { SLIMMER_EDGE_CORS_ORIGINS: "*" },
    });
    const { status, headers } = await ask(open, preflight(OTHER_PAGE));
    expect(status).toBe(200);
    expect([OTHER_PAGE, "*"]).toContain(headers["access-control-allow-origin"]);
    const headersOfPage = { origin: OTHER_PAGE, "content-type": "text/plain" };
    const call = { method: "POST", path: "/v1/ping", headers: headersOfPage, body: "{}" };
    expect((await ask(open, call)).status).toBe(200);
  });
});
