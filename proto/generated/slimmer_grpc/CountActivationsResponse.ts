// Original file: slimmer_grpc/reader.proto

import type { Timestamp as _google_protobuf_Timestamp, TimestampOutput as _google_protobuf_TimestampOutput } from '../google/protobuf/Timestamp.ts';
import type { _slimmer_grpc_CountActivationsRequest_Step, _slimmer_grpc_CountActivationsRequest_StepOutput } from '../slimmer_grpc/CountActivationsRequest.ts';
import type { CountSeries as _slimmer_grpc_CountSeries, CountSeriesOutput as _slimmer_grpc_CountSeriesOutput } from '../slimmer_grpc/CountSeries.ts';

export interface CountActivationsResponse {
  /**
   * The beginning of the first bucket.
   */
  'since'?: (_google_protobuf_Timestamp | null);
  'step'?: (_slimmer_grpc_CountActivationsRequest_Step);
  /**
   * In the order of the entities asked for.
   */
  'series'?: (_slimmer_grpc_CountSeries)[];
}

export interface CountActivationsResponseOutput {
  /**
   * The beginning of the first bucket.
   */
  'since': (_google_protobuf_TimestampOutput | null);
  'step': (_slimmer_grpc_CountActivationsRequest_StepOutput);
  /**
   * In the order of the entities asked for.
   */
  'series': (_slimmer_grpc_CountSeriesOutput)[];
}
