/** What this room tells about itself; pino's loggers fit. */
export type EmbeddedLog = {
  info(facts: object, message: string): void;
  warn(facts: object, message: string): void;
};
