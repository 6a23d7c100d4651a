// Original file: slimmer_grpc/reader.proto


export interface GetActivationRequest {
  'system_id'?: (string);
  'activation_id'?: (string);
}

export interface GetActivationRequestOutput {
  'system_id': (string);
  'activation_id': (string);
}
