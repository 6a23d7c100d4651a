// Original file: slimmer_grpc/reader.proto

import type { StoredActivation as _slimmer_grpc_StoredActivation, StoredActivationOutput as _slimmer_grpc_StoredActivationOutput } from '../slimmer_grpc/StoredActivation.ts';

export interface ListActivationsResponse {
  'activations'?: (_slimmer_grpc_StoredActivation)[];
  'next_page_token'?: (string);
}

export interface ListActivationsResponseOutput {
  'activations': (_slimmer_grpc_StoredActivationOutput)[];
  'next_page_token': (string);
}
