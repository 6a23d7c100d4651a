// Original file: slimmer_grpc/reader.proto

import type { Timestamp as _google_protobuf_Timestamp, TimestampOutput as _google_protobuf_TimestampOutput } from '../google/protobuf/Timestamp.ts';
import type { Long } from '@grpc/proto-loader';

export interface StorageDay {
  /**
   * Its beginning, in UTC.
   */
  'day'?: (_google_protobuf_Timestamp | null);
  /**
   * PostgreSQL's estimate; 0 where it has not looked yet.
   */
  'rows'?: (number | string | Long);
  'bytes'?: (number | string | Long);
}

export interface StorageDayOutput {
  /**
   * Its beginning, in UTC.
   */
  'day': (_google_protobuf_TimestampOutput | null);
  /**
   * PostgreSQL's estimate; 0 where it has not looked yet.
   */
  'rows': (number);
  'bytes': (number);
}
