// The dashboard without a server: `node scripts/dev-dashboard.mjs [port] [rows a second] [systems]` builds it and serves it with
// an API that is made up, and the same security headers as slimmer web. For work on the page only.
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { buildDashboard } from "./build-dashboard.mjs";

const [port = "8099", rate = "20", size = "240"] = process.argv.slice(2);
// Beside dist: a slimmer web that runs from there keeps its page.
const folder = fileURLToPath(new URL("../node_modules/.cache/dev-dashboard", import.meta.url));
const headersFile = fileURLToPath(new URL("../src/web/security-headers.ts", import.meta.url));
const TYPES = { ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml" };
const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** Numbers by chance, the same on every start. */
let seed = 7;
const chance = () => {
  seed = (seed * 1103515245 + 12345) % 2147483648;
  return seed / 2147483648;
};
const pick = (list) => list[Math.floor(chance() * list.length)];
const iso = (ms) => new Date(ms).toISOString();
const uuid = () => {
  const hex = (n) =>
    Array.from({ length: n }, () => Math.floor(chance() * 16).toString(16)).join("");
  return `019f${hex(4)}-${hex(4)}-7${hex(3)}-a${hex(3)}-${hex(12)}`;
};
const begun = Date.now();
const PLACES = "harbour mill barn attic bakery quay depot orchard chapel forge ferry granary".split(
  " ",
);
const CATEGORIES = ["door", "pir", "smoke", "tamper", "moisture", "temperature"];
const ROOMS =
  "quay gate|store west|store east|roof|lid|cellar|office|boiler room|loading bay|stairs".split(
    "|",
  );
const STATES = ["UP", "LATE", "DOWN", "STOPPED", "QUIET"];
const day = (scale) =>
  Array.from({ length: 24 }, (_, hour) =>
    String(Math.floor(chance() * scale * (1 + Math.sin(((hour - 8) / 24) * 6.28)))),
  );

const systems = Array.from({ length: Number(size) }, (_, index) => {
  const id = `${PLACES[index % PLACES.length]}-${String(Math.floor(index / PLACES.length) + 1).padStart(2, "0")}`;
  const draw = chance();
  const state =
    draw < 0.02
      ? "DOWN"
      : draw < 0.035
        ? "LATE"
        : draw < 0.05
          ? "STOPPED"
          : draw < 0.07
            ? "QUIET"
            : "UP";
  const silent = { DOWN: 14 * 60_000, LATE: 95_000, STOPPED: 5 * HOUR, QUIET: 9 * HOUR, UP: 8_000 }[
    state
  ];
  const count = 8 + Math.floor(chance() * 30);
  const sensors = Array.from({ length: count }, (_, at) => ({
    category: CATEGORIES[at % CATEGORIES.length],
    name: ROOMS[Math.floor(at / 2) % ROOMS.length],
    identity: `${CATEGORIES[at % CATEGORIES.length][0]}-${String(at + 1).padStart(2, "0")}`,
    day: day(9),
  }));
  const lengths = Array.from(
    { length: 2 + Math.floor(chance() * 7) },
    () => chance() ** 3 * 20 * DAY + HOUR / 3,
  );
  let end = begun;
  const runs = lengths.map((length, at) => {
    const started = end - length;
    const isCurrent = at === 0;
    const run = {
      system_id: id,
      run_id: uuid(),
      state: isCurrent
        ? state === "STOPPED"
          ? "ENDED"
          : "RUNNING"
        : chance() < 0.4
          ? "LOST"
          : "ENDED",
      started_at: iso(started),
      received_at: iso(started + 300),
      clock_suspect: false,
      end_reason: "",
      client: { name: "slimmer-client", version: "0.1.0", host: `${id}.example.net` },
      labels: { site: id.split("-")[0], fw: pick(["4.1", "4.2", "5.0"]) },
      silent_after: "180s",
      previous_run_id: at < lengths.length - 1 ? "x" : "",
      registered_count: count,
      fired_sensor_count: Math.max(0, count - Math.floor(chance() * 4)),
      unregistered_count: chance() < 0.1 ? 1 : 0,
      fired_count: String(Math.floor(length / 60_000)),
      completeness: {
        received: "1201",
        expected: "1204",
        missing: chance() < 0.2 ? "3" : "0",
        gaps: [
          { first: "118", last: "119" },
          { first: "640", last: "640" },
        ],
        gaps_truncated: false,
        uncounted: "0",
        report: { sent: "1204", spooled: "0", lost: "0" },
        reported_at: iso(begun - 20_000),
      },
    };
    if (run.state === "ENDED")
      Object.assign(run, {
        ended_at: iso(end - 60_000),
        end_reason: pick(["maintenance", "SIGTERM", "exit 0"]),
      });
    if (!isCurrent) run.superseded_at = iso(end);
    end = started - 120_000;
    return run;
  });
  for (const [at, run] of runs.entries()) run.previous_run_id = runs[at + 1]?.run_id ?? "";
  return {
    runs,
    sensors,
    silent,
    system_id: id,
    state,
    created_at: iso(end),
    fired_count: String(Math.floor(chance() * 90_000)),
    silent_after: "180s",
    current_run: runs[0],
    ...(state !== "QUIET" && {
      report: {
        sent: "100",
        spooled: state === "DOWN" ? "31" : "0",
        lost: chance() < 0.03 ? "3" : "0",
      },
      reported_at: iso(begun),
    }),
    hourly_counts: day(state === "DOWN" ? 4 : 40),
  };
});

const seenAt = ({ state, silent }) =>
  state === "UP" ? Date.now() - silent * Math.random() : begun - silent;
function systemJson(system) {
  const { runs, sensors, silent, ...json } = system;
  const seen = seenAt(system);
  const since =
    { DOWN: seen + 180_000, LATE: seen + 60_000 }[system.state] ?? Date.parse(runs[0].received_at);
  return {
    ...json,
    state_since: iso(since),
    last_seen_at: iso(seen),
    last_fired_at: iso(seen - (system.silent % 977) * 300),
  };
}
function sensorJson(system, entity, at) {
  const attention =
    at === 0
      ? "MISSING"
      : at === 1
        ? "NEVER_FIRED"
        : at === 2
          ? "SILENT"
          : at === 3
            ? "UNREGISTERED"
            : "NONE";
  return {
    system_id: system.system_id,
    entity,
    attention,
    registered: at !== 0 && at !== 3,
    created_at: system.created_at,
    first_fired_at: system.created_at,
    ...(at !== 1 && {
      last_fired_at: iso(begun - (at === 2 ? 94 * DAY : at * 173_000)),
      usual_gap: `${(at + 1) * 371}.5s`,
    }),
    fired_count: String(at === 1 ? 0 : 1204 * at + 40),
    run_fired_count: String(at < 2 ? 0 : at * 17),
    hourly_counts: at < 3 ? Array(24).fill("0") : system.sensors[at].day,
  };
}
function activation(system, at) {
  const { day: _, ...entity } = pick(system.sensors);
  const late = chance() < 0.04;
  const suspect = chance() < 0.01;
  const received = at + (late ? 720_000 * chance() + 60_000 : 40 + chance() * 300);
  return {
    system_id: system.system_id,
    run_id: system.runs[0].run_id,
    entity,
    activation_id: uuid(),
    shown_at: iso(suspect ? received : at),
    occurred_at: iso(suspect ? at - 900 * DAY : at),
    received_at: iso(received),
    seq: "12",
    attributes: chance() < 0.3 ? { opened: "true" } : {},
    unregistered: chance() < 0.03,
    clock_suspect: suspect,
    late,
  };
}
const recent = (list, count, from) =>
  Array.from({ length: count }, (_, at) =>
    activation(pick(list), from - at * 1_300 * (1 + chance())),
  );
const countStates = (state) => systems.filter((one) => one.state === state).length;
const fleetDay = day(90_000);
let fired = 48_210_334;
setInterval(() => (fired += Number(rate)), 1_000).unref();

const RANK = ["DOWN", "LATE", "UP", "QUIET", "STOPPED"];
function answer(path, query, body) {
  const number = (name, fallback) => Number(query.get(name)) || fallback;
  const [, , kind, id, what, part, more] = path.split("/").map(decodeURIComponent);
  const system = systems.find(({ system_id }) => system_id === id);
  if (kind === "fleet") {
    return {
      server_time: iso(Date.now()),
      ...Object.fromEntries(STATES.map((state) => [state.toLowerCase(), countStates(state)])),
      sensors: String(systems.reduce((sum, one) => sum + one.sensors.length, 0)),
      fired_count: String(fired),
      hourly_counts: fleetDay,
      spooled: "62",
      lost: "3",
    };
  }
  if (kind === "search") {
    const text = (query.get("query") ?? "").toLowerCase();
    const sensors = systems.flatMap((one) =>
      one.sensors.map(({ day: _, ...entity }) => ({ system_id: one.system_id, entity })),
    );
    return {
      systems: systems
        .filter(({ system_id }) => system_id.includes(text))
        .slice(0, 8)
        .map(({ system_id, state }) => ({ system_id, state })),
      sensors: sensors
        .filter(({ entity }) => Object.values(entity).join(" ").includes(text))
        .slice(0, 8),
      runs: systems
        .flatMap(({ runs }) => runs)
        .filter(({ run_id }) => run_id.startsWith(text))
        .slice(0, 8),
    };
  }
  if (kind === "counts") {
    const since = Date.parse(body?.since ?? iso(begun - DAY));
    const until = Date.parse(body?.until ?? iso(begun));
    const step = body?.step === "DAY" ? DAY : HOUR;
    const length = Math.ceil((until - since) / step);
    return {
      since: iso(since),
      step: body?.step ?? "HOUR",
      series: (body?.entities?.length ? body.entities : [undefined]).map((entity, row) => ({
        ...(entity && { entity }),
        counts: Array.from({ length }, (_, at) =>
          String(
            Math.floor(Math.max(0, Math.sin((at + row) / 4) * 6 * ((row * 7) % 5) * chance())),
          ),
        ),
      })),
    };
  }
  if (kind === "activations")
    return { activations: recent(systems, 100, begun), next_page_token: "more" };
  if (kind === "systems" && !id) {
    const states = query.getAll("states");
    const [key, value] = (query.get("label") ?? "").split("=");
    const text = (query.get("query") ?? "").toLowerCase();
    const found = systems
      .filter((one) => !states.length || states.includes(one.state))
      .filter(
        (one) => one.system_id.includes(text) && (!key || one.current_run.labels[key] === value),
      )
      .sort(
        (a, b) =>
          (query.get("order") === "NAME" ? 0 : RANK.indexOf(a.state) - RANK.indexOf(b.state)) ||
          a.system_id.localeCompare(b.system_id),
      );
    const from = number("page_token", 0);
    const to = from + number("page_size", 100);
    return {
      systems: found.slice(from, to).map(systemJson),
      next_page_token: to < found.length ? String(to) : "",
    };
  }
  if (!system) return undefined;
  if (!what) return systemJson(system);
  if (what === "runs" && !part) return { runs: system.runs, next_page_token: "" };
  const run = system.runs.find(({ run_id }) => run_id === part);
  const clean = system.sensors.map(({ day: _, ...entity }) => entity);
  if (what === "runs" && !more) return run;
  if (what === "runs") {
    return {
      run,
      fired: clean.slice(4).map((entity, at) => ({
        entity,
        fired_count: String(900 - at * 17),
        first_fired_at: run.started_at,
        last_fired_at: iso(begun - at * 90_000),
      })),
      never_fired: clean.slice(1, 2),
      unregistered: [
        {
          entity: clean[3],
          fired_count: "1",
          first_fired_at: iso(begun),
          last_fired_at: iso(begun),
        },
      ],
      missing: clean.slice(0, 1),
      added: clean.slice(5, 7),
    };
  }
  if (what === "sensors") {
    const flags = query.getAll("attention");
    const all = clean.map((entity, at) => sensorJson(system, system.sensors[at] && entity, at));
    return {
      sensors: all.filter(({ attention }) => !flags.length || flags.includes(attention)),
      next_page_token: "",
    };
  }
  if (what === "sensor" && !part) {
    const at = clean.findIndex(({ identity }) => identity === query.get("identity"));
    return at < 0 ? undefined : sensorJson(system, clean[at], at);
  }
  if (what === "activations")
    return { activations: recent([system], 100, begun), next_page_token: "more" };
  return undefined;
}

function live(query, response) {
  response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-store" });
  const list = systems.filter(
    ({ system_id }) => !query.get("system_id") || system_id === query.get("system_id"),
  );
  const send = (event, data) =>
    response.write(`event: ${event}\nid: c${Date.now()}\ndata: ${JSON.stringify(data)}\n\n`);
  const batch = (activations, total) =>
    send("activations", {
      activations,
      skipped: total - activations.length,
      total,
      caught_up: true,
      server_time: iso(Date.now()),
    });
  response.write("retry: 1000\n\n");
  send("heartbeat", { server_time: iso(Date.now()) });
  const before = Number(query.get("recent")) || 0;
  if (before && list.length) batch(recent(list, before, Date.now()).reverse(), before);
  let due = 0;
  const timer = setInterval(() => {
    due += Number(rate) / 4;
    const count = Math.floor(due);
    due -= count;
    if (count && list.length)
      batch(
        Array.from({ length: Math.min(500, count) }, () =>
          activation(pick(list), Date.now() - 250 * chance()),
        ),
        count,
      );
  }, 250);
  response.on("close", () => clearInterval(timer));
}

/** Of every answer, as slimmer web has them: Node can't read TypeScript, and nothing may be built yet. */
async function readSecurityHeaders() {
  const { outputFiles } = await build({ entryPoints: [headersFile], format: "esm", write: false });
  const module = `data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString("base64")}`;
  return (await import(module)).SECURITY_HEADERS;
}

await buildDashboard(folder);
const securityHeaders = Object.entries(await readSecurityHeaders());
const server = createServer(async (request, response) => {
  for (const [name, value] of securityHeaders) response.setHeader(name, value);
  const { pathname, searchParams } = new URL(request.url ?? "/", "http://x");
  if (pathname === "/v1/live") return live(searchParams, response);
  if (pathname.startsWith("/v1/")) {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const found = answer(
      pathname,
      searchParams,
      chunks.length ? JSON.parse(Buffer.concat(chunks)) : undefined,
    );
    response.writeHead(found ? 200 : 404, { "content-type": "application/json" });
    return response.end(
      JSON.stringify(found ?? { code: 5, message: "There is no such thing.", details: [] }),
    );
  }
  const type = TYPES[extname(pathname)];
  const file = type ? pathname : "/index.html";
  const content = await readFile(join(folder, file)).catch(() => undefined);
  response.writeHead(content ? 200 : 404, { "content-type": type ?? "text/html" });
  response.end(content);
});
server.listen(Number(port), "127.0.0.1", () =>
  console.log(`http://127.0.0.1:${server.address().port}/`),
);
