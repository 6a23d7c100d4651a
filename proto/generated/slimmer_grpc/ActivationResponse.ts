// Original file: slimmer_grpc/main.proto


export interface ActivationResponse {
  /**
   * 2018. Always true: a refusal is a gRPC status.
   */
  'success'?: (boolean);
  /**
   * The id of the stored row. This and the fields below are set when the request used any field later than those of
   * 2018.
   */
  'activation_id'?: (string);
  /**
   * An earlier copy was stored before; nothing changed.
   */
  'duplicate'?: (boolean);
  /**
   * The sensor is not in the list of its run. The activation is stored all the same.
   */
  'unregistered'?: (boolean);
  /**
   * The id or occurred_at can't be right by the server's clock. The activation is stored all the same, and shown at the
   * time the server received it.
   */
  'clock_suspect'?: (boolean);
}

export interface ActivationResponseOutput {
  /**
   * 2018. Always true: a refusal is a gRPC status.
   */
  'success': (boolean);
  /**
   * The id of the stored row. This and the fields below are set when the request used any field later than those of
   * 2018.
   */
  'activation_id': (string);
  /**
   * An earlier copy was stored before; nothing changed.
   */
  'duplicate': (boolean);
  /**
   * The sensor is not in the list of its run. The activation is stored all the same.
   */
  'unregistered': (boolean);
  /**
   * The id or occurred_at can't be right by the server's clock. The activation is stored all the same, and shown at the
   * time the server received it.
   */
  'clock_suspect': (boolean);
}
