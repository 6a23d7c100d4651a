// Original file: slimmer_grpc/reader.proto

import type { System as _slimmer_grpc_System, SystemOutput as _slimmer_grpc_SystemOutput } from '../slimmer_grpc/System.ts';

export interface ListSystemsResponse {
  'systems'?: (_slimmer_grpc_System)[];
  'next_page_token'?: (string);
}

export interface ListSystemsResponseOutput {
  'systems': (_slimmer_grpc_SystemOutput)[];
  'next_page_token': (string);
}
