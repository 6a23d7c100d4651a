/** Lets Ctrl-C and a polite kill run the "exit" listeners, which end every child and remove the data. */
export function exitOnSignals(): void {
  process.once("SIGINT", () => process.exit(130));
  process.once("SIGTERM", () => process.exit(143));
}
