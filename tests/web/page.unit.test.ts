import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { loadPage } from "../../src/web/page.ts";
import { jsonOf, startedWeb } from "./started-web.ts";

const HTML = { accept: "text/html,application/xhtml+xml,*/*;q=0.8" };

test("the page is at every path that a browser may be given a link to", async () => {
  const { url } = await startedWeb();
  for (const path of [
    "/",
    "/systems/greenhouse",
    "/systems/S%C3%BCd/runs/1?tab=2",
    "/index.html",
  ]) {
    const response = await fetch(url + path, { headers: HTML });
    expect([path, response.status]).toEqual([path, 200]);
    expect(response.headers.get("content-type")).toBe("text/html; charset=utf-8");
    expect(response.headers.get("cache-control")).toBe("no-cache");
    expect(await response.text()).toContain("<title>slimmer</title>");
    const etag = response.headers.get("etag") ?? "";
    const again = await fetch(url + path, { headers: { ...HTML, "if-none-match": etag } });
    expect(again.status).toBe(304);
  }
});

test("what asks for no page gets none", async () => {
  const { url } = await startedWeb();
  for (const [path, accept] of [
    ["/wp-login.php", "*/*"],
    ["/systems/greenhouse", "application/json"],
    ["/assets/gone-1234.js", HTML.accept],
    ["/../../etc/passwd", "*/*"],
  ] as const) {
    const response = await fetch(url + path, { headers: { accept } });
    expect([path, response.status]).toEqual([path, 404]);
    expect((await jsonOf(response)).code).toBe(5);
  }
});

test("a file with a hash in its name is kept for good, others are asked for again", async () => {
  const { url } = await startedWeb();
  const script = await fetch(`${url}/assets/main-4f2a.js`, {
    headers: { "accept-encoding": "br" },
  });
  expect(script.headers.get("cache-control")).toBe("public, max-age=31536000, immutable");
  expect(script.headers.get("content-type")).toBe("text/javascript; charset=utf-8");
  expect(script.headers.get("content-encoding")).toBe("br");
  expect(await script.text()).toContain("console.log('slimmer')");
  const icon = await fetch(`${url}/favicon.svg`);
  expect(icon.headers.get("cache-control")).toBe("no-cache");
  const head = await fetch(`${url}/assets/main-4f2a.js`, { method: "HEAD" });
  expect([head.status, await head.text()]).toEqual([200, ""]);
});

test("every kind of answer forbids what no page of slimmer does", async () => {
  const { url } = await startedWeb({ reader: { get_fleet: async () => ({}) } });
  for (const [path, method, status] of [
    ["/", "GET", 200],
    ["/assets/main-4f2a.js", "GET", 200],
    ["/v1/fleet", "GET", 200],
    ["/v1/systems?x=1", "GET", 400],
    ["/v1/nothing", "GET", 404],
    ["/v1/storage", "GET", 500],
    ["/v1/fleet", "DELETE", 405],
    ["/openapi.json", "GET", 200],
  ] as const) {
    const response = await fetch(url + path, { method });
    const { headers } = response;
    const csp = headers.get("content-security-policy") ?? "";
    const at = `${method} ${path}`;
    expect(response.status, at).toBe(status);
    expect(csp, at).toMatch(/^default-src 'none'; script-src 'self'; style-src 'self';/);
    expect(csp, at).not.toMatch(/unsafe|\*|https?:/);
    expect(headers.get("x-content-type-options"), at).toBe("nosniff");
    expect(headers.get("referrer-policy"), at).toBe("no-referrer");
    expect(headers.get("cross-origin-opener-policy"), at).toBe("same-origin");
    expect(headers.get("cross-origin-resource-policy"), at).toBe("same-origin");
    expect(headers.get("cache-control"), at).not.toBeNull();
    expect(headers.get("server"), at).toBeNull();
  }
});

test("a folder is read as it was built; source maps stay at home", async () => {
  const folder = await mkdtemp(join(tmpdir(), "dashboard-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  await mkdir(join(folder, "assets"));
  for (const name of ["index.html", "assets/main-1.js", "assets/main-1.js.map", "icon.svg"]) {
    await writeFile(join(folder, name), "slimmer");
  }
  const page = await loadPage(folder);
  expect(page.isBuilt).toBe(true);
  expect([...page.files.keys()]).toEqual(["/assets/main-1.js", "/icon.svg"]);
});

test("where nothing was built, a plain page says how to", async () => {
  const page = await loadPage(join(tmpdir(), "there-is-no-such-folder"));
  const { url } = await startedWeb({ page, reader: { get_fleet: async () => ({ up: 1 }) } });
  const response = await fetch(url, { headers: HTML });
  expect(response.status).toBe(503);
  expect(await response.text()).toContain("npm run build");
  expect((await fetch(`${url}/v1/fleet`)).status).toBe(200);
});
