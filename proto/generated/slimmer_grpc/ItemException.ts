// Original file: slimmer_grpc/main.proto

import type { ActivationResult as _slimmer_grpc_ActivationResult, ActivationResultOutput as _slimmer_grpc_ActivationResultOutput } from '../slimmer_grpc/ActivationResult.ts';

export interface ItemException {
  /**
   * Place in the batch, from 0.
   */
  'index'?: (number);
  'result'?: (_slimmer_grpc_ActivationResult | null);
}

export interface ItemExceptionOutput {
  /**
   * Place in the batch, from 0.
   */
  'index': (number);
  'result': (_slimmer_grpc_ActivationResultOutput | null);
}
