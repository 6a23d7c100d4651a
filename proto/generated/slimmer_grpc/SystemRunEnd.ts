// Original file: slimmer_grpc/main.proto

import type { Timestamp as _google_protobuf_Timestamp, TimestampOutput as _google_protobuf_TimestampOutput } from '../google/protobuf/Timestamp.ts';

export interface SystemRunEnd {
  /**
   * 1 to 128 characters.
   */
  'system_id'?: (string);
  /**
   * A UUID.
   */
  'run_id'?: (string);
  /**
   * For people ("maintenance", "power switched off"). At most 256 characters.
   */
  'reason'?: (string);
  /**
   * By the client's clock. Default: when the server received it.
   */
  'ended_at'?: (_google_protobuf_Timestamp | null);
}

export interface SystemRunEndOutput {
  /**
   * 1 to 128 characters.
   */
  'system_id': (string);
  /**
   * A UUID.
   */
  'run_id': (string);
  /**
   * For people ("maintenance", "power switched off"). At most 256 characters.
   */
  'reason': (string);
  /**
   * By the client's clock. Default: when the server received it.
   */
  'ended_at': (_google_protobuf_TimestampOutput | null);
}
