// Original file: slimmer_grpc/reader.proto

import type { SystemEntity as _slimmer_grpc_SystemEntity, SystemEntityOutput as _slimmer_grpc_SystemEntityOutput } from '../slimmer_grpc/SystemEntity.ts';

export interface SensorHit {
  'system_id'?: (string);
  'entity'?: (_slimmer_grpc_SystemEntity | null);
}

export interface SensorHitOutput {
  'system_id': (string);
  'entity': (_slimmer_grpc_SystemEntityOutput | null);
}
