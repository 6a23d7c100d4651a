// Original file: slimmer_grpc/reader.proto

import type { Run as _slimmer_grpc_Run, RunOutput as _slimmer_grpc_RunOutput } from '../slimmer_grpc/Run.ts';

export interface ListRunsResponse {
  'runs'?: (_slimmer_grpc_Run)[];
  'next_page_token'?: (string);
}

export interface ListRunsResponseOutput {
  'runs': (_slimmer_grpc_RunOutput)[];
  'next_page_token': (string);
}
