// Original file: null

import type { Long } from '@grpc/proto-loader';

export interface Timestamp {
  'seconds'?: (number | string | Long);
  'nanos'?: (number);
}

export interface TimestampOutput {
  'seconds': (number);
  'nanos': (number);
}
