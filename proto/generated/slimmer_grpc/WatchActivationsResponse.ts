// Original file: slimmer_grpc/reader.proto

import type { StoredActivation as _slimmer_grpc_StoredActivation, StoredActivationOutput as _slimmer_grpc_StoredActivationOutput } from '../slimmer_grpc/StoredActivation.ts';
import type { Timestamp as _google_protobuf_Timestamp, TimestampOutput as _google_protobuf_TimestampOutput } from '../google/protobuf/Timestamp.ts';

export interface WatchActivationsResponse {
  /**
   * In the order in which they became visible. Empty where there is only a cursor to give: at the very beginning, and in a
   * heartbeat, which comes after 20 s without anything else.
   */
  'activations'?: (_slimmer_grpc_StoredActivation)[];
  /**
   * Everything up to here has been sent. Opaque.
   */
  'cursor'?: (string);
  'server_time'?: (_google_protobuf_Timestamp | null);
  /**
   * Nothing more was waiting.
   */
  'caught_up'?: (boolean);
}

export interface WatchActivationsResponseOutput {
  /**
   * In the order in which they became visible. Empty where there is only a cursor to give: at the very beginning, and in a
   * heartbeat, which comes after 20 s without anything else.
   */
  'activations': (_slimmer_grpc_StoredActivationOutput)[];
  /**
   * Everything up to here has been sent. Opaque.
   */
  'cursor': (string);
  'server_time': (_google_protobuf_TimestampOutput | null);
  /**
   * Nothing more was waiting.
   */
  'caught_up': (boolean);
}
