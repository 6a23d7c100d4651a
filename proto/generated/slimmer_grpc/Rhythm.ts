// Original file: slimmer_grpc/reader.proto

import type { Duration as _google_protobuf_Duration, DurationOutput as _google_protobuf_DurationOutput } from '../google/protobuf/Duration.ts';
import type { GapBucket as _slimmer_grpc_GapBucket, GapBucketOutput as _slimmer_grpc_GapBucketOutput } from '../slimmer_grpc/GapBucket.ts';

export interface Rhythm {
  /**
   * How many gaps the figures rest on; 0 to 49.
   */
  'gaps'?: (number);
  'shortest'?: (_google_protobuf_Duration | null);
  'median'?: (_google_protobuf_Duration | null);
  /**
   * Nine of ten gaps are at most so long.
   */
  'p90'?: (_google_protobuf_Duration | null);
  'longest'?: (_google_protobuf_Duration | null);
  /**
   * Since the latest firing, by the server's clock.
   */
  'current'?: (_google_protobuf_Duration | null);
  /**
   * How many gaps were how long, in steps of a factor of two.
   */
  'buckets'?: (_slimmer_grpc_GapBucket)[];
}

export interface RhythmOutput {
  /**
   * How many gaps the figures rest on; 0 to 49.
   */
  'gaps': (number);
  'shortest': (_google_protobuf_DurationOutput | null);
  'median': (_google_protobuf_DurationOutput | null);
  /**
   * Nine of ten gaps are at most so long.
   */
  'p90': (_google_protobuf_DurationOutput | null);
  'longest': (_google_protobuf_DurationOutput | null);
  /**
   * Since the latest firing, by the server's clock.
   */
  'current': (_google_protobuf_DurationOutput | null);
  /**
   * How many gaps were how long, in steps of a factor of two.
   */
  'buckets': (_slimmer_grpc_GapBucketOutput)[];
}
