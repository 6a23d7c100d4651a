// Original file: slimmer_grpc/reader.proto

import type { Sensor as _slimmer_grpc_Sensor, SensorOutput as _slimmer_grpc_SensorOutput } from '../slimmer_grpc/Sensor.ts';

export interface ListSensorsResponse {
  'sensors'?: (_slimmer_grpc_Sensor)[];
  'next_page_token'?: (string);
}

export interface ListSensorsResponseOutput {
  'sensors': (_slimmer_grpc_SensorOutput)[];
  'next_page_token': (string);
}
