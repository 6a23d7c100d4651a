// Builds the dashboard into dist/dashboard: index.html, favicon.svg, and /assets with a hash of its content in each name.
import { cp, mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { basename, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = fileURLToPath(new URL("..", import.meta.url));
const source = join(root, "src/dashboard");

export async function buildDashboard(target = join(root, "dist/dashboard")) {
  await rm(target, { recursive: true, force: true });
  await mkdir(target, { recursive: true });
  const common = {
    bundle: true,
    minify: true,
    metafile: true,
    outdir: join(target, "assets"),
    absWorkingDir: root,
    legalComments: "none",
    logLevel: "warning",
    entryNames: "app-[hash]",
  };
  const scripts = await build({
    ...common,
    entryPoints: [join(source, "main.tsx")],
    format: "esm",
    splitting: true,
    chunkNames: "[name]-[hash]",
    target: ["es2022"],
    jsx: "automatic",
    jsxImportSource: "preact",
    define: { "process.env.NODE_ENV": '"production"' },
  });
  const styles = await build({
    ...common,
    stdin: {
      contents: await styleSheet(),
      loader: "css",
      resolveDir: source,
      sourcefile: "all.css",
    },
    entryNames: "app-[hash]",
    target: ["chrome111", "firefox114", "safari16.4"],
  });

  const script = entryOf(scripts.metafile, "main.tsx");
  const style = Object.keys(styles.metafile.outputs)[0];
  // What the entry needs anyway is fetched with it, not after it.
  const preloads = scripts.metafile.outputs[script].imports
    .filter(({ kind }) => kind === "import-statement")
    .map(({ path }) => `<link rel="modulepreload" href="/assets/${basename(path)}">`);
  const page = (await readFile(join(source, "index.html"), "utf8"))
    .replace("%STYLE%", `/assets/${basename(style)}`)
    .replace("%SCRIPT%", `/assets/${basename(script)}`)
    .replace("%PRELOADS%\n", preloads.length ? `${preloads.join("\n")}\n` : "");
  await writeFile(join(target, "index.html"), page);
  await cp(join(source, "favicon.svg"), join(target, "favicon.svg"));
}

/** The page's own styles in their order, then those of charts and views. */
async function styleSheet() {
  const files = await readdir(source, { recursive: true });
  const names = files.filter((name) => /^(charts|views)\b.*\.css$/.test(name));
  return ["styles/page.css", ...names.sort()]
    .map((name) => `@import "./${name.replaceAll("\\", "/")}";`)
    .join("\n");
}

function entryOf(metafile, name) {
  const found = Object.entries(metafile.outputs).find(([, { entryPoint }]) =>
    entryPoint?.endsWith(name),
  );
  if (!found) throw new Error(`The build made nothing of ${name}.`);
  return found[0];
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await buildDashboard();
  console.log(`built ${relative(process.cwd(), join(root, "dist/dashboard"))}`);
}
