// Original file: slimmer_grpc/reader.proto


export interface GetRunRequest {
  'system_id'?: (string);
  'run_id'?: (string);
}

export interface GetRunRequestOutput {
  'system_id': (string);
  'run_id': (string);
}
