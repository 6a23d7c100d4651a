/**
 * Loaded with --import before anything else: gives a process a wall clock that can be stepped, by a message or, from the
 * start, by STEPPED_CLOCK_MS. performance.now and the uptime stay true, as with a real step.
 */
const TrueDate = Date;
let offsetMs = Number(process.env.STEPPED_CLOCK_MS ?? 0);

const now = () => TrueDate.now() + offsetMs;

globalThis.Date = new Proxy(TrueDate, {
  construct: (target, args, newTarget) =>
    Reflect.construct(target, args.length === 0 ? [now()] : args, newTarget),
  apply: (target) => new target(now()).toString(),
  get: (target, key) => (key === "now" ? now : Reflect.get(target, key)),
});

/** What a message to the process says. */
export type ClockStep = { readonly kind: "clock"; readonly offsetMs: number };

process.on("message", (message: ClockStep) => {
  if (message.kind === "clock") offsetMs = message.offsetMs;
});

/** The time that nobody has stepped, for whoever judges the others. */
export function trueNowMs(): number {
  return TrueDate.now();
}
