// Original file: slimmer_grpc/reader.proto

import type { SystemEntity as _slimmer_grpc_SystemEntity, SystemEntityOutput as _slimmer_grpc_SystemEntityOutput } from '../slimmer_grpc/SystemEntity.ts';
import type { Timestamp as _google_protobuf_Timestamp, TimestampOutput as _google_protobuf_TimestampOutput } from '../google/protobuf/Timestamp.ts';
import type { Long } from '@grpc/proto-loader';

/**
 * A stored activation. Its time is occurred_at, or received_at where clock_suspect is set: shown_at is the one that counts.
 */
export interface StoredActivation {
  'system_id'?: (string);
  'run_id'?: (string);
  'entity'?: (_slimmer_grpc_SystemEntity | null);
  'activation_id'?: (string);
  'shown_at'?: (_google_protobuf_Timestamp | null);
  /**
   * By the device's clock.
   */
  'occurred_at'?: (_google_protobuf_Timestamp | null);
  /**
   * By the server's clock.
   */
  'received_at'?: (_google_protobuf_Timestamp | null);
  /**
   * 0: the client does not count.
   */
  'seq'?: (number | string | Long);
  'attributes'?: ({[key: string]: string});
  /**
   * Its run did not list the sensor.
   */
  'unregistered'?: (boolean);
  /**
   * The device's clock was wrong.
   */
  'clock_suspect'?: (boolean);
  /**
   * It arrived more than a minute after it happened.
   */
  'late'?: (boolean);
}

/**
 * A stored activation. Its time is occurred_at, or received_at where clock_suspect is set: shown_at is the one that counts.
 */
export interface StoredActivationOutput {
  'system_id': (string);
  'run_id': (string);
  'entity': (_slimmer_grpc_SystemEntityOutput | null);
  'activation_id': (string);
  'shown_at': (_google_protobuf_TimestampOutput | null);
  /**
   * By the device's clock.
   */
  'occurred_at': (_google_protobuf_TimestampOutput | null);
  /**
   * By the server's clock.
   */
  'received_at': (_google_protobuf_TimestampOutput | null);
  /**
   * 0: the client does not count.
   */
  'seq': (number);
  'attributes': ({[key: string]: string});
  /**
   * Its run did not list the sensor.
   */
  'unregistered': (boolean);
  /**
   * The device's clock was wrong.
   */
  'clock_suspect': (boolean);
  /**
   * It arrived more than a minute after it happened.
   */
  'late': (boolean);
}
