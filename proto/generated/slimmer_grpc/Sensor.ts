// Original file: slimmer_grpc/reader.proto

import type { SystemEntity as _slimmer_grpc_SystemEntity, SystemEntityOutput as _slimmer_grpc_SystemEntityOutput } from '../slimmer_grpc/SystemEntity.ts';
import type { Timestamp as _google_protobuf_Timestamp, TimestampOutput as _google_protobuf_TimestampOutput } from '../google/protobuf/Timestamp.ts';
import type { Duration as _google_protobuf_Duration, DurationOutput as _google_protobuf_DurationOutput } from '../google/protobuf/Duration.ts';
import type { Long } from '@grpc/proto-loader';

// Original file: slimmer_grpc/reader.proto

export const _slimmer_grpc_Sensor_Attention = {
  /**
   * Nothing to say.
   */
  NONE: 'NONE',
  /**
   * The previous run listed it, the current one does not.
   */
  MISSING: 'MISSING',
  /**
   * Listed by the current run, and did not fire in it.
   */
  NEVER_FIRED: 'NEVER_FIRED',
  /**
   * Fired in the current run, at least 10 times in all, and is quiet for more than 10 times its usual gap.
   */
  SILENT: 'SILENT',
  /**
   * Fired in the current run, which does not list it.
   */
  UNREGISTERED: 'UNREGISTERED',
} as const;

export type _slimmer_grpc_Sensor_Attention =
  /**
   * Nothing to say.
   */
  | 'NONE'
  | 0
  /**
   * The previous run listed it, the current one does not.
   */
  | 'MISSING'
  | 1
  /**
   * Listed by the current run, and did not fire in it.
   */
  | 'NEVER_FIRED'
  | 2
  /**
   * Fired in the current run, at least 10 times in all, and is quiet for more than 10 times its usual gap.
   */
  | 'SILENT'
  | 3
  /**
   * Fired in the current run, which does not list it.
   */
  | 'UNREGISTERED'
  | 4

export type _slimmer_grpc_Sensor_AttentionOutput = typeof _slimmer_grpc_Sensor_Attention[keyof typeof _slimmer_grpc_Sensor_Attention]

export interface Sensor {
  'system_id'?: (string);
  'entity'?: (_slimmer_grpc_SystemEntity | null);
  'attention'?: (_slimmer_grpc_Sensor_Attention);
  /**
   * In the list of the current run.
   */
  'registered'?: (boolean);
  'created_at'?: (_google_protobuf_Timestamp | null);
  'first_fired_at'?: (_google_protobuf_Timestamp | null);
  'last_fired_at'?: (_google_protobuf_Timestamp | null);
  /**
   * In all, and in the current run.
   */
  'fired_count'?: (number | string | Long);
  'run_fired_count'?: (number | string | Long);
  /**
   * The mean time between two firings; unset before the second.
   */
  'usual_gap'?: (_google_protobuf_Duration | null);
  /**
   * As in Fleet.
   */
  'hourly_counts'?: (number | string | Long)[];
}

export interface SensorOutput {
  'system_id': (string);
  'entity': (_slimmer_grpc_SystemEntityOutput | null);
  'attention': (_slimmer_grpc_Sensor_AttentionOutput);
  /**
   * In the list of the current run.
   */
  'registered': (boolean);
  'created_at': (_google_protobuf_TimestampOutput | null);
  'first_fired_at': (_google_protobuf_TimestampOutput | null);
  'last_fired_at': (_google_protobuf_TimestampOutput | null);
  /**
   * In all, and in the current run.
   */
  'fired_count': (number);
  'run_fired_count': (number);
  /**
   * The mean time between two firings; unset before the second.
   */
  'usual_gap': (_google_protobuf_DurationOutput | null);
  /**
   * As in Fleet.
   */
  'hourly_counts': (number)[];
}
