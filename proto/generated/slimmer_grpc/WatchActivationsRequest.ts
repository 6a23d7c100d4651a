// Original file: slimmer_grpc/reader.proto


export interface WatchActivationsRequest {
  /**
   * Go on after this one; empty: with what is stored from now on.
   */
  'cursor'?: (string);
  /**
   * Without a cursor: begin with so many of the latest; at most 1,000.
   */
  'recent'?: (number);
  /**
   * As in ListActivationsRequest.
   */
  'system_id'?: (string);
  'run_id'?: (string);
  'category'?: (string);
  'name'?: (string);
  'identity'?: (string);
  'unregistered'?: (boolean);
  'clock_suspect'?: (boolean);
  'late'?: (boolean);
}

export interface WatchActivationsRequestOutput {
  /**
   * Go on after this one; empty: with what is stored from now on.
   */
  'cursor': (string);
  /**
   * Without a cursor: begin with so many of the latest; at most 1,000.
   */
  'recent': (number);
  /**
   * As in ListActivationsRequest.
   */
  'system_id': (string);
  'run_id': (string);
  'category': (string);
  'name': (string);
  'identity': (string);
  'unregistered': (boolean);
  'clock_suspect': (boolean);
  'late': (boolean);
}
