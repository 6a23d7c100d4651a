// Original file: slimmer_grpc/reader.proto

import type { SystemEntity as _slimmer_grpc_SystemEntity, SystemEntityOutput as _slimmer_grpc_SystemEntityOutput } from '../slimmer_grpc/SystemEntity.ts';
import type { Timestamp as _google_protobuf_Timestamp, TimestampOutput as _google_protobuf_TimestampOutput } from '../google/protobuf/Timestamp.ts';

// Original file: slimmer_grpc/reader.proto

export const _slimmer_grpc_CountActivationsRequest_Step = {
  HOUR: 'HOUR',
  /**
   * Of UTC.
   */
  DAY: 'DAY',
} as const;

export type _slimmer_grpc_CountActivationsRequest_Step =
  | 'HOUR'
  | 0
  /**
   * Of UTC.
   */
  | 'DAY'
  | 1

export type _slimmer_grpc_CountActivationsRequest_StepOutput = typeof _slimmer_grpc_CountActivationsRequest_Step[keyof typeof _slimmer_grpc_CountActivationsRequest_Step]

export interface CountActivationsRequest {
  /**
   * Empty: of all systems together.
   */
  'system_id'?: (string);
  /**
   * Only these sensors, at most 100, with a series for each; needs system_id. Empty: one series for all.
   */
  'entities'?: (_slimmer_grpc_SystemEntity)[];
  /**
   * The first bucket is the one that has this moment; default: 24 steps before until.
   */
  'since'?: (_google_protobuf_Timestamp | null);
  /**
   * The last bucket is the one that has the moment before this; default: now. At most 10,000 buckets in all.
   */
  'until'?: (_google_protobuf_Timestamp | null);
  'step'?: (_slimmer_grpc_CountActivationsRequest_Step);
}

export interface CountActivationsRequestOutput {
  /**
   * Empty: of all systems together.
   */
  'system_id': (string);
  /**
   * Only these sensors, at most 100, with a series for each; needs system_id. Empty: one series for all.
   */
  'entities': (_slimmer_grpc_SystemEntityOutput)[];
  /**
   * The first bucket is the one that has this moment; default: 24 steps before until.
   */
  'since': (_google_protobuf_TimestampOutput | null);
  /**
   * The last bucket is the one that has the moment before this; default: now. At most 10,000 buckets in all.
   */
  'until': (_google_protobuf_TimestampOutput | null);
  'step': (_slimmer_grpc_CountActivationsRequest_StepOutput);
}
