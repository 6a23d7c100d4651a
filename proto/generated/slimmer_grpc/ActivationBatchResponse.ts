// Original file: slimmer_grpc/main.proto

import type { ActivationResult as _slimmer_grpc_ActivationResult, ActivationResultOutput as _slimmer_grpc_ActivationResultOutput } from '../slimmer_grpc/ActivationResult.ts';

export interface ActivationBatchResponse {
  /**
   * One for each item, in their order.
   */
  'results'?: (_slimmer_grpc_ActivationResult)[];
}

export interface ActivationBatchResponseOutput {
  /**
   * One for each item, in their order.
   */
  'results': (_slimmer_grpc_ActivationResultOutput)[];
}
