// Original file: slimmer_grpc/main.proto

import type { SystemEntity as _slimmer_grpc_SystemEntity, SystemEntityOutput as _slimmer_grpc_SystemEntityOutput } from '../slimmer_grpc/SystemEntity.ts';
import type { Timestamp as _google_protobuf_Timestamp, TimestampOutput as _google_protobuf_TimestampOutput } from '../google/protobuf/Timestamp.ts';
import type { ClientInfo as _slimmer_grpc_ClientInfo, ClientInfoOutput as _slimmer_grpc_ClientInfoOutput } from '../slimmer_grpc/ClientInfo.ts';
import type { Duration as _google_protobuf_Duration, DurationOutput as _google_protobuf_DurationOutput } from '../google/protobuf/Duration.ts';

export interface SystemRun {
  /**
   * 2018. The name of the system (an alarm panel, a gateway, a site). 1 to 128 characters.
   */
  'system_id'?: (string);
  /**
   * 2018. The sensors connected to it, each once; 0 to 10,000.
   */
  'entities'?: (_slimmer_grpc_SystemEntity)[];
  /**
   * A UUIDv7 that the client makes once per run. It makes retries safe: the same id again changes nothing. Empty: the
   * server makes one, and can't recognise a retry.
   */
  'run_id'?: (string);
  /**
   * When the run began, by the client's clock. Default: when the server received it.
   */
  'started_at'?: (_google_protobuf_Timestamp | null);
  /**
   * Anything the client wants to say about the run (site, firmware, boot reason). At most 16; keys of 1 to 64
   * characters, values of at most 256.
   */
  'labels'?: ({[key: string]: string});
  /**
   * What program sent this.
   */
  'client'?: (_slimmer_grpc_ClientInfo | null);
  /**
   * How long without a sign of life before this system counts as silent; 1 s to 366 days. Default: the server's.
   */
  'silent_after'?: (_google_protobuf_Duration | null);
}

export interface SystemRunOutput {
  /**
   * 2018. The name of the system (an alarm panel, a gateway, a site). 1 to 128 characters.
   */
  'system_id': (string);
  /**
   * 2018. The sensors connected to it, each once; 0 to 10,000.
   */
  'entities': (_slimmer_grpc_SystemEntityOutput)[];
  /**
   * A UUIDv7 that the client makes once per run. It makes retries safe: the same id again changes nothing. Empty: the
   * server makes one, and can't recognise a retry.
   */
  'run_id': (string);
  /**
   * When the run began, by the client's clock. Default: when the server received it.
   */
  'started_at': (_google_protobuf_TimestampOutput | null);
  /**
   * Anything the client wants to say about the run (site, firmware, boot reason). At most 16; keys of 1 to 64
   * characters, values of at most 256.
   */
  'labels': ({[key: string]: string});
  /**
   * What program sent this.
   */
  'client': (_slimmer_grpc_ClientInfoOutput | null);
  /**
   * How long without a sign of life before this system counts as silent; 1 s to 366 days. Default: the server's.
   */
  'silent_after': (_google_protobuf_DurationOutput | null);
}
