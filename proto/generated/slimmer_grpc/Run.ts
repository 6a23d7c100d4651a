// Original file: slimmer_grpc/reader.proto

import type { Timestamp as _google_protobuf_Timestamp, TimestampOutput as _google_protobuf_TimestampOutput } from '../google/protobuf/Timestamp.ts';
import type { ClientInfo as _slimmer_grpc_ClientInfo, ClientInfoOutput as _slimmer_grpc_ClientInfoOutput } from '../slimmer_grpc/ClientInfo.ts';
import type { Duration as _google_protobuf_Duration, DurationOutput as _google_protobuf_DurationOutput } from '../google/protobuf/Duration.ts';
import type { Completeness as _slimmer_grpc_Completeness, CompletenessOutput as _slimmer_grpc_CompletenessOutput } from '../slimmer_grpc/Completeness.ts';
import type { Long } from '@grpc/proto-loader';

// Original file: slimmer_grpc/reader.proto

export const _slimmer_grpc_Run_State = {
  STATE_UNSPECIFIED: 'STATE_UNSPECIFIED',
  /**
   * The system's current run.
   */
  RUNNING: 'RUNNING',
  /**
   * Ended on purpose.
   */
  ENDED: 'ENDED',
  /**
   * Another run came, and this one had never said that it ends: a crash, or a power cut.
   */
  LOST: 'LOST',
} as const;

export type _slimmer_grpc_Run_State =
  | 'STATE_UNSPECIFIED'
  | 0
  /**
   * The system's current run.
   */
  | 'RUNNING'
  | 1
  /**
   * Ended on purpose.
   */
  | 'ENDED'
  | 2
  /**
   * Another run came, and this one had never said that it ends: a crash, or a power cut.
   */
  | 'LOST'
  | 3

export type _slimmer_grpc_Run_StateOutput = typeof _slimmer_grpc_Run_State[keyof typeof _slimmer_grpc_Run_State]

export interface Run {
  'system_id'?: (string);
  'run_id'?: (string);
  'state'?: (_slimmer_grpc_Run_State);
  'started_at'?: (_google_protobuf_Timestamp | null);
  /**
   * When the server registered it.
   */
  'received_at'?: (_google_protobuf_Timestamp | null);
  /**
   * started_at is the server's, because the device's own could not be right.
   */
  'clock_suspect'?: (boolean);
  'ended_at'?: (_google_protobuf_Timestamp | null);
  'end_reason'?: (string);
  /**
   * When another run took its place, by the server's clock.
   */
  'superseded_at'?: (_google_protobuf_Timestamp | null);
  'client'?: (_slimmer_grpc_ClientInfo | null);
  'labels'?: ({[key: string]: string});
  /**
   * As its client gave it; unset for the server's default.
   */
  'silent_after'?: (_google_protobuf_Duration | null);
  'previous_run_id'?: (string);
  /**
   * Sensors in its list.
   */
  'registered_count'?: (number);
  /**
   * Those of them that fired in it.
   */
  'fired_sensor_count'?: (number);
  /**
   * Sensors that fired in it without being listed.
   */
  'unregistered_count'?: (number);
  /**
   * Activations in it.
   */
  'fired_count'?: (number | string | Long);
  'first_fired_at'?: (_google_protobuf_Timestamp | null);
  'last_fired_at'?: (_google_protobuf_Timestamp | null);
  'completeness'?: (_slimmer_grpc_Completeness | null);
}

export interface RunOutput {
  'system_id': (string);
  'run_id': (string);
  'state': (_slimmer_grpc_Run_StateOutput);
  'started_at': (_google_protobuf_TimestampOutput | null);
  /**
   * When the server registered it.
   */
  'received_at': (_google_protobuf_TimestampOutput | null);
  /**
   * started_at is the server's, because the device's own could not be right.
   */
  'clock_suspect': (boolean);
  'ended_at': (_google_protobuf_TimestampOutput | null);
  'end_reason': (string);
  /**
   * When another run took its place, by the server's clock.
   */
  'superseded_at': (_google_protobuf_TimestampOutput | null);
  'client': (_slimmer_grpc_ClientInfoOutput | null);
  'labels': ({[key: string]: string});
  /**
   * As its client gave it; unset for the server's default.
   */
  'silent_after': (_google_protobuf_DurationOutput | null);
  'previous_run_id': (string);
  /**
   * Sensors in its list.
   */
  'registered_count': (number);
  /**
   * Those of them that fired in it.
   */
  'fired_sensor_count': (number);
  /**
   * Sensors that fired in it without being listed.
   */
  'unregistered_count': (number);
  /**
   * Activations in it.
   */
  'fired_count': (number);
  'first_fired_at': (_google_protobuf_TimestampOutput | null);
  'last_fired_at': (_google_protobuf_TimestampOutput | null);
  'completeness': (_slimmer_grpc_CompletenessOutput | null);
}
