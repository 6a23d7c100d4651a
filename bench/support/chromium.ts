import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { type Browser, chromium } from "playwright-core";

/** A headless Chromium, or, as a sentence, why there is none. The machine's own: nothing is downloaded. */
export async function openChromium(): Promise<Browser | string> {
  const executablePath = findChromium();
  if (!executablePath) return "there is no chromium on the PATH";
  return chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-dev-shm-usage"] });
}

function findChromium(): string | undefined {
  return (process.env.PATH ?? "")
    .split(delimiter)
    .map((folder) => join(folder, "chromium"))
    .find((file) => {
      try {
        accessSync(file, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });
}
