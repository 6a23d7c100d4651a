// Original file: slimmer_grpc/reader.proto


export interface SearchRequest {
  /**
   * 1 to 128 characters.
   */
  'query'?: (string);
  /**
   * Of each kind; 1 to 50, 0 means 10.
   */
  'limit'?: (number);
}

export interface SearchRequestOutput {
  /**
   * 1 to 128 characters.
   */
  'query': (string);
  /**
   * Of each kind; 1 to 50, 0 means 10.
   */
  'limit': (number);
}
