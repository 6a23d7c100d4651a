import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { expect, onTestFinished, test } from "vitest";
import { SECURITY_HEADERS } from "../../src/web/security-headers.ts";
import { ROOT } from "../support/source-files.ts";

test("the page that is worked on has the headers of slimmer web, whatever is asked for", async () => {
  const script = spawn(process.execPath, ["scripts/dev-dashboard.mjs", "0"], { cwd: ROOT });
  onTestFinished(() => void script.kill("SIGKILL"));
  const [url] = (await once(createInterface(script.stdout), "line")) as [string];
  for (const path of ["", "favicon.svg", "v1/fleet", "v1/nothing", "v1/live"]) {
    const { headers, body } = await fetch(url + path);
    expect(Object.fromEntries(headers), path).toMatchObject(SECURITY_HEADERS);
    await body?.cancel();
  }
}, 60_000);
