// Original file: slimmer_grpc/main.proto

import type { Timestamp as _google_protobuf_Timestamp, TimestampOutput as _google_protobuf_TimestampOutput } from '../google/protobuf/Timestamp.ts';

export interface SystemRunEndResponse {
  'server_time'?: (_google_protobuf_Timestamp | null);
  /**
   * The run had ended before; nothing changed.
   */
  'already_ended'?: (boolean);
}

export interface SystemRunEndResponseOutput {
  'server_time': (_google_protobuf_TimestampOutput | null);
  /**
   * The run had ended before; nothing changed.
   */
  'already_ended': (boolean);
}
