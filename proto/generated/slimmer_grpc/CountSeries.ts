// Original file: slimmer_grpc/reader.proto

import type { SystemEntity as _slimmer_grpc_SystemEntity, SystemEntityOutput as _slimmer_grpc_SystemEntityOutput } from '../slimmer_grpc/SystemEntity.ts';
import type { Long } from '@grpc/proto-loader';

export interface CountSeries {
  /**
   * Unset in a series for all.
   */
  'entity'?: (_slimmer_grpc_SystemEntity | null);
  /**
   * One number for each bucket, the oldest first.
   */
  'counts'?: (number | string | Long)[];
}

export interface CountSeriesOutput {
  /**
   * Unset in a series for all.
   */
  'entity': (_slimmer_grpc_SystemEntityOutput | null);
  /**
   * One number for each bucket, the oldest first.
   */
  'counts': (number)[];
}
