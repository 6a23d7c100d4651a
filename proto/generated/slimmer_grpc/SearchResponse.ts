// Original file: slimmer_grpc/reader.proto

import type { SystemHit as _slimmer_grpc_SystemHit, SystemHitOutput as _slimmer_grpc_SystemHitOutput } from '../slimmer_grpc/SystemHit.ts';
import type { SensorHit as _slimmer_grpc_SensorHit, SensorHitOutput as _slimmer_grpc_SensorHitOutput } from '../slimmer_grpc/SensorHit.ts';
import type { RunHit as _slimmer_grpc_RunHit, RunHitOutput as _slimmer_grpc_RunHitOutput } from '../slimmer_grpc/RunHit.ts';

export interface SearchResponse {
  /**
   * Those that begin with the text first.
   */
  'systems'?: (_slimmer_grpc_SystemHit)[];
  'sensors'?: (_slimmer_grpc_SensorHit)[];
  /**
   * By the beginning of the run_id.
   */
  'runs'?: (_slimmer_grpc_RunHit)[];
}

export interface SearchResponseOutput {
  /**
   * Those that begin with the text first.
   */
  'systems': (_slimmer_grpc_SystemHitOutput)[];
  'sensors': (_slimmer_grpc_SensorHitOutput)[];
  /**
   * By the beginning of the run_id.
   */
  'runs': (_slimmer_grpc_RunHitOutput)[];
}
