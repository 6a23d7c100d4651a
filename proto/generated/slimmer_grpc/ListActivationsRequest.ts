// Original file: slimmer_grpc/reader.proto

import type { Timestamp as _google_protobuf_Timestamp, TimestampOutput as _google_protobuf_TimestampOutput } from '../google/protobuf/Timestamp.ts';

export interface ListActivationsRequest {
  /**
   * Empty: of all systems.
   */
  'system_id'?: (string);
  /**
   * 1 to 1,000; 0 means 100.
   */
  'page_size'?: (number);
  'page_token'?: (string);
  /**
   * Needs system_id.
   */
  'run_id'?: (string);
  /**
   * Exact, or with * for any text and ? for any character; a backslash makes these, and itself, ordinary.
   */
  'category'?: (string);
  'name'?: (string);
  'identity'?: (string);
  /**
   * From this moment on, and before that one.
   */
  'since'?: (_google_protobuf_Timestamp | null);
  'until'?: (_google_protobuf_Timestamp | null);
  /**
   * Only such as have the mark.
   */
  'unregistered'?: (boolean);
  'clock_suspect'?: (boolean);
  'late'?: (boolean);
}

export interface ListActivationsRequestOutput {
  /**
   * Empty: of all systems.
   */
  'system_id': (string);
  /**
   * 1 to 1,000; 0 means 100.
   */
  'page_size': (number);
  'page_token': (string);
  /**
   * Needs system_id.
   */
  'run_id': (string);
  /**
   * Exact, or with * for any text and ? for any character; a backslash makes these, and itself, ordinary.
   */
  'category': (string);
  'name': (string);
  'identity': (string);
  /**
   * From this moment on, and before that one.
   */
  'since': (_google_protobuf_TimestampOutput | null);
  'until': (_google_protobuf_TimestampOutput | null);
  /**
   * Only such as have the mark.
   */
  'unregistered': (boolean);
  'clock_suspect': (boolean);
  'late': (boolean);
}
