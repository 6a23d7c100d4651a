// Original file: slimmer_grpc/main.proto


/**
 * What one request may hold.
 */
export interface Limits {
  /**
   * Activations in one batch.
   */
  'max_batch'?: (number);
  /**
   * Bytes of one request message.
   */
  'max_message_bytes'?: (number);
  /**
   * Sensors in one run.
   */
  'max_entities'?: (number);
}

/**
 * What one request may hold.
 */
export interface LimitsOutput {
  /**
   * Activations in one batch.
   */
  'max_batch': (number);
  /**
   * Bytes of one request message.
   */
  'max_message_bytes': (number);
  /**
   * Sensors in one run.
   */
  'max_entities': (number);
}
