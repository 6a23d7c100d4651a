// Original file: slimmer_grpc/reader.proto

import type { Timestamp as _google_protobuf_Timestamp, TimestampOutput as _google_protobuf_TimestampOutput } from '../google/protobuf/Timestamp.ts';

export interface RunHit {
  'system_id'?: (string);
  'run_id'?: (string);
  'started_at'?: (_google_protobuf_Timestamp | null);
}

export interface RunHitOutput {
  'system_id': (string);
  'run_id': (string);
  'started_at': (_google_protobuf_TimestampOutput | null);
}
