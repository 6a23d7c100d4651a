// Original file: slimmer_grpc/reader.proto

import type { Timestamp as _google_protobuf_Timestamp, TimestampOutput as _google_protobuf_TimestampOutput } from '../google/protobuf/Timestamp.ts';
import type { Long } from '@grpc/proto-loader';

export interface StorageDay {
  /**
   * Its beginning, in UTC.
   */
  'day'?: (_google_protobuf_Timestamp | null);
  /**
   * Activations that are shown at that day.
   */
  'rows'?: (number | string | Long);
  /**
   * What its partition takes, with indexes: of the activations whose ids were made at that day.
   */
  'bytes'?: (number | string | Long);
}

export interface StorageDayOutput {
  /**
   * Its beginning, in UTC.
   */
  'day': (_google_protobuf_TimestampOutput | null);
  /**
   * Activations that are shown at that day.
   */
  'rows': (number);
  /**
   * What its partition takes, with indexes: of the activations whose ids were made at that day.
   */
  'bytes': (number);
}
