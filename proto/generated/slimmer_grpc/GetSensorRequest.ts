// Original file: slimmer_grpc/reader.proto


export interface GetSensorRequest {
  'system_id'?: (string);
  'category'?: (string);
  'name'?: (string);
  'identity'?: (string);
}

export interface GetSensorRequestOutput {
  'system_id': (string);
  'category': (string);
  'name': (string);
  'identity': (string);
}
