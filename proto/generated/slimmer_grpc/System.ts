// Original file: slimmer_grpc/reader.proto

import type { Timestamp as _google_protobuf_Timestamp, TimestampOutput as _google_protobuf_TimestampOutput } from '../google/protobuf/Timestamp.ts';
import type { Duration as _google_protobuf_Duration, DurationOutput as _google_protobuf_DurationOutput } from '../google/protobuf/Duration.ts';
import type { Run as _slimmer_grpc_Run, RunOutput as _slimmer_grpc_RunOutput } from '../slimmer_grpc/Run.ts';
import type { ClientReport as _slimmer_grpc_ClientReport, ClientReportOutput as _slimmer_grpc_ClientReportOutput } from '../slimmer_grpc/ClientReport.ts';
import type { Long } from '@grpc/proto-loader';

// Original file: slimmer_grpc/reader.proto

export const _slimmer_grpc_System_State = {
  STATE_UNSPECIFIED: 'STATE_UNSPECIFIED',
  /**
   * A sign of life came within a third of silent_after.
   */
  UP: 'UP',
  /**
   * None came for longer than that.
   */
  LATE: 'LATE',
  /**
   * None came for silent_after or longer.
   */
  DOWN: 'DOWN',
  /**
   * Its run ended on purpose.
   */
  STOPPED: 'STOPPED',
  /**
   * Its client sends no pings and named no silent_after, so its silence says nothing.
   */
  QUIET: 'QUIET',
} as const;

export type _slimmer_grpc_System_State =
  | 'STATE_UNSPECIFIED'
  | 0
  /**
   * A sign of life came within a third of silent_after.
   */
  | 'UP'
  | 1
  /**
   * None came for longer than that.
   */
  | 'LATE'
  | 2
  /**
   * None came for silent_after or longer.
   */
  | 'DOWN'
  | 3
  /**
   * Its run ended on purpose.
   */
  | 'STOPPED'
  | 4
  /**
   * Its client sends no pings and named no silent_after, so its silence says nothing.
   */
  | 'QUIET'
  | 5

export type _slimmer_grpc_System_StateOutput = typeof _slimmer_grpc_System_State[keyof typeof _slimmer_grpc_System_State]

export interface System {
  'system_id'?: (string);
  'state'?: (_slimmer_grpc_System_State);
  /**
   * When it came into this state.
   */
  'state_since'?: (_google_protobuf_Timestamp | null);
  /**
   * When it first registered.
   */
  'created_at'?: (_google_protobuf_Timestamp | null);
  /**
   * The latest sign of life, by the server's clock: a ping, an activation or a registration.
   */
  'last_seen_at'?: (_google_protobuf_Timestamp | null);
  /**
   * Unset for a system that never fired.
   */
  'last_fired_at'?: (_google_protobuf_Timestamp | null);
  'fired_count'?: (number | string | Long);
  /**
   * How long without a sign of life before it is down: its run's, or the server's default.
   */
  'silent_after'?: (_google_protobuf_Duration | null);
  'current_run'?: (_slimmer_grpc_Run | null);
  /**
   * What its client last said of itself; unset when it never did.
   */
  'report'?: (_slimmer_grpc_ClientReport | null);
  'reported_at'?: (_google_protobuf_Timestamp | null);
  /**
   * As in Fleet.
   */
  'hourly_counts'?: (number | string | Long)[];
}

export interface SystemOutput {
  'system_id': (string);
  'state': (_slimmer_grpc_System_StateOutput);
  /**
   * When it came into this state.
   */
  'state_since': (_google_protobuf_TimestampOutput | null);
  /**
   * When it first registered.
   */
  'created_at': (_google_protobuf_TimestampOutput | null);
  /**
   * The latest sign of life, by the server's clock: a ping, an activation or a registration.
   */
  'last_seen_at': (_google_protobuf_TimestampOutput | null);
  /**
   * Unset for a system that never fired.
   */
  'last_fired_at': (_google_protobuf_TimestampOutput | null);
  'fired_count': (number);
  /**
   * How long without a sign of life before it is down: its run's, or the server's default.
   */
  'silent_after': (_google_protobuf_DurationOutput | null);
  'current_run': (_slimmer_grpc_RunOutput | null);
  /**
   * What its client last said of itself; unset when it never did.
   */
  'report': (_slimmer_grpc_ClientReportOutput | null);
  'reported_at': (_google_protobuf_TimestampOutput | null);
  /**
   * As in Fleet.
   */
  'hourly_counts': (number)[];
}
