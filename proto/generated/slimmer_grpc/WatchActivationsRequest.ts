// Original file: slimmer_grpc/reader.proto


export interface WatchActivationsRequest {
  /**
   * Go on after this one; empty: with what is stored from now on.
   */
  'cursor'?: (string);
  /**
   * Without a cursor: begin with so many of the latest; at most 1,000. They may be fewer: it looks back over about 5,000
   * activations of all systems, whatever the filters leave of these, and over no more than some minutes in which nothing fired.
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
   * Without a cursor: begin with so many of the latest; at most 1,000. They may be fewer: it looks back over about 5,000
   * activations of all systems, whatever the filters leave of these, and over no more than some minutes in which nothing fired.
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
