// Original file: slimmer_grpc/reader.proto


export interface GetSystemRequest {
  'system_id'?: (string);
}

export interface GetSystemRequestOutput {
  'system_id': (string);
}
