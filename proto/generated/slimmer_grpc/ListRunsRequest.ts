// Original file: slimmer_grpc/reader.proto


export interface ListRunsRequest {
  'system_id'?: (string);
  /**
   * 1 to 1,000; 0 means 100.
   */
  'page_size'?: (number);
  'page_token'?: (string);
  /**
   * Only runs whose list has this sensor; all three parts, or none.
   */
  'category'?: (string);
  'name'?: (string);
  'identity'?: (string);
}

export interface ListRunsRequestOutput {
  'system_id': (string);
  /**
   * 1 to 1,000; 0 means 100.
   */
  'page_size': (number);
  'page_token': (string);
  /**
   * Only runs whose list has this sensor; all three parts, or none.
   */
  'category': (string);
  'name': (string);
  'identity': (string);
}
