/** What became of a delivered activation. */
export type Delivery = {
  readonly activationId: string;
  /** An earlier copy was stored before: a retry met it. */
  readonly duplicate: boolean;
  /** The sensor is not in the list of its run. Stored all the same. */
  readonly unregistered: boolean;
  /** The device's clock can't be right. Stored all the same, and shown at the time the server received it. */
  readonly clockSuspect: boolean;
};
