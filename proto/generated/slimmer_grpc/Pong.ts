// Original file: slimmer_grpc/main.proto

import type { Timestamp as _google_protobuf_Timestamp, TimestampOutput as _google_protobuf_TimestampOutput } from '../google/protobuf/Timestamp.ts';

export interface Pong {
  /**
   * 2018. The message of the ping.
   */
  'message'?: (string);
  /**
   * The server's clock when it answered; set when the ping named a system.
   */
  'server_time'?: (_google_protobuf_Timestamp | null);
}

export interface PongOutput {
  /**
   * 2018. The message of the ping.
   */
  'message': (string);
  /**
   * The server's clock when it answered; set when the ping named a system.
   */
  'server_time': (_google_protobuf_TimestampOutput | null);
}
