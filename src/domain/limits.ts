/** The bounds of what one request may hold. Clients learn the first three from `SystemRunResponse.limits`. */
export const LIMITS = {
  /** Activations in one `ActivationBatch`. */
  maxBatch: 1_000,
  /** Bytes of one request message; also grpc-js's own default. */
  maxMessageBytes: 4 * 1024 * 1024,
  /** Sensors in one `SystemRun`. */
  maxEntities: 10_000,
  /** Different sensors outside its list that one run may report. */
  maxUnregisteredPerRun: 1_000,
  /** Lengths in characters (Unicode code points). */
  systemId: 128,
  category: 64,
  entityName: 128,
  identity: 256,
  reason: 256,
  clientField: 128,
  /** Entries of a string map (labels of a run, attributes of an activation), and their lengths in characters. */
  mapEntries: 16,
  mapKey: 64,
  mapValue: 256,
  /** A system's own silence threshold, in milliseconds. */
  minSilentAfterMs: 1_000,
  maxSilentAfterMs: 366 * 86_400_000,
  /** How far a device's clock may run ahead of the server's before its time is called suspect, in milliseconds. */
  clockAheadMs: 5 * 60_000,
} as const;
