// Original file: slimmer_grpc/reader.proto

import type { _slimmer_grpc_System_State, _slimmer_grpc_System_StateOutput } from '../slimmer_grpc/System.ts';

export interface SystemHit {
  'system_id'?: (string);
  'state'?: (_slimmer_grpc_System_State);
}

export interface SystemHitOutput {
  'system_id': (string);
  'state': (_slimmer_grpc_System_StateOutput);
}
