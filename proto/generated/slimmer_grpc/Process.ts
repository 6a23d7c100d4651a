// Original file: slimmer_grpc/reader.proto

import type { Timestamp as _google_protobuf_Timestamp, TimestampOutput as _google_protobuf_TimestampOutput } from '../google/protobuf/Timestamp.ts';

export interface Process {
  /**
   * For example "serve", "web", "keeper".
   */
  'name'?: (string);
  'version'?: (string);
  /**
   * From where it is connected; empty for a socket of the same machine.
   */
  'address'?: (string);
  'connected_at'?: (_google_protobuf_Timestamp | null);
  'connections'?: (number);
  /**
   * The keeper that does the upkeep.
   */
  'leader'?: (boolean);
}

export interface ProcessOutput {
  /**
   * For example "serve", "web", "keeper".
   */
  'name': (string);
  'version': (string);
  /**
   * From where it is connected; empty for a socket of the same machine.
   */
  'address': (string);
  'connected_at': (_google_protobuf_TimestampOutput | null);
  'connections': (number);
  /**
   * The keeper that does the upkeep.
   */
  'leader': (boolean);
}
