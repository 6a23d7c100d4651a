// Original file: slimmer_grpc/reader.proto

import type { SystemEntity as _slimmer_grpc_SystemEntity, SystemEntityOutput as _slimmer_grpc_SystemEntityOutput } from '../slimmer_grpc/SystemEntity.ts';
import type { Timestamp as _google_protobuf_Timestamp, TimestampOutput as _google_protobuf_TimestampOutput } from '../google/protobuf/Timestamp.ts';
import type { Long } from '@grpc/proto-loader';

export interface CoveredSensor {
  'entity'?: (_slimmer_grpc_SystemEntity | null);
  'fired_count'?: (number | string | Long);
  'first_fired_at'?: (_google_protobuf_Timestamp | null);
  'last_fired_at'?: (_google_protobuf_Timestamp | null);
}

export interface CoveredSensorOutput {
  'entity': (_slimmer_grpc_SystemEntityOutput | null);
  'fired_count': (number);
  'first_fired_at': (_google_protobuf_TimestampOutput | null);
  'last_fired_at': (_google_protobuf_TimestampOutput | null);
}
