// Original file: slimmer_grpc/reader.proto

import type { Duration as _google_protobuf_Duration, DurationOutput as _google_protobuf_DurationOutput } from '../google/protobuf/Duration.ts';

export interface GapBucket {
  /**
   * Gaps of at least this, and less than the next bucket's.
   */
  'at_least'?: (_google_protobuf_Duration | null);
  'count'?: (number);
}

export interface GapBucketOutput {
  /**
   * Gaps of at least this, and less than the next bucket's.
   */
  'at_least': (_google_protobuf_DurationOutput | null);
  'count': (number);
}
