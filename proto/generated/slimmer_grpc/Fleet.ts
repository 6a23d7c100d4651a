// Original file: slimmer_grpc/reader.proto

import type { Timestamp as _google_protobuf_Timestamp, TimestampOutput as _google_protobuf_TimestampOutput } from '../google/protobuf/Timestamp.ts';
import type { Long } from '@grpc/proto-loader';

export interface Fleet {
  /**
   * The server's clock, by which the states are judged.
   */
  'server_time'?: (_google_protobuf_Timestamp | null);
  /**
   * Systems by state.
   */
  'up'?: (number);
  'late'?: (number);
  'down'?: (number);
  'stopped'?: (number);
  'quiet'?: (number);
  /**
   * Sensors in the lists of the current runs.
   */
  'sensors'?: (number | string | Long);
  /**
   * Activations since the beginning.
   */
  'fired_count'?: (number | string | Long);
  /**
   * Activations by the hour (UTC) of the last 24, the oldest first; the last is the hour that has begun.
   */
  'hourly_counts'?: (number | string | Long)[];
  /**
   * Sums of what the clients last said of themselves.
   */
  'spooled'?: (number | string | Long);
  'lost'?: (number | string | Long);
}

export interface FleetOutput {
  /**
   * The server's clock, by which the states are judged.
   */
  'server_time': (_google_protobuf_TimestampOutput | null);
  /**
   * Systems by state.
   */
  'up': (number);
  'late': (number);
  'down': (number);
  'stopped': (number);
  'quiet': (number);
  /**
   * Sensors in the lists of the current runs.
   */
  'sensors': (number);
  /**
   * Activations since the beginning.
   */
  'fired_count': (number);
  /**
   * Activations by the hour (UTC) of the last 24, the oldest first; the last is the hour that has begun.
   */
  'hourly_counts': (number)[];
  /**
   * Sums of what the clients last said of themselves.
   */
  'spooled': (number);
  'lost': (number);
}
