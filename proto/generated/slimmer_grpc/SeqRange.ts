// Original file: slimmer_grpc/reader.proto

import type { Long } from '@grpc/proto-loader';

/**
 * From first to last, both included.
 */
export interface SeqRange {
  'first'?: (number | string | Long);
  'last'?: (number | string | Long);
}

/**
 * From first to last, both included.
 */
export interface SeqRangeOutput {
  'first': (number);
  'last': (number);
}
