// Original file: slimmer_grpc/main.proto

import type { Timestamp as _google_protobuf_Timestamp, TimestampOutput as _google_protobuf_TimestampOutput } from '../google/protobuf/Timestamp.ts';
import type { Limits as _slimmer_grpc_Limits, LimitsOutput as _slimmer_grpc_LimitsOutput } from '../slimmer_grpc/Limits.ts';
import type { SystemEntity as _slimmer_grpc_SystemEntity, SystemEntityOutput as _slimmer_grpc_SystemEntityOutput } from '../slimmer_grpc/SystemEntity.ts';

export interface SystemRunResponse {
  /**
   * 2018. The id to send with each activation of this run.
   */
  'run_id'?: (string);
  /**
   * The server's clock when it answered. This and the fields below are set when the request used any field later than
   * those of 2018.
   */
  'server_time'?: (_google_protobuf_Timestamp | null);
  'limits'?: (_slimmer_grpc_Limits | null);
  /**
   * Sensors that the system's previous run did not list. Empty for a system's first run.
   */
  'added'?: (_slimmer_grpc_SystemEntity)[];
  /**
   * Sensors that only the previous run listed.
   */
  'removed'?: (_slimmer_grpc_SystemEntity)[];
}

export interface SystemRunResponseOutput {
  /**
   * 2018. The id to send with each activation of this run.
   */
  'run_id': (string);
  /**
   * The server's clock when it answered. This and the fields below are set when the request used any field later than
   * those of 2018.
   */
  'server_time': (_google_protobuf_TimestampOutput | null);
  'limits': (_slimmer_grpc_LimitsOutput | null);
  /**
   * Sensors that the system's previous run did not list. Empty for a system's first run.
   */
  'added': (_slimmer_grpc_SystemEntityOutput)[];
  /**
   * Sensors that only the previous run listed.
   */
  'removed': (_slimmer_grpc_SystemEntityOutput)[];
}
