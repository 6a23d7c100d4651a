// Original file: slimmer_grpc/main.proto

import type { Activation as _slimmer_grpc_Activation, ActivationOutput as _slimmer_grpc_ActivationOutput } from '../slimmer_grpc/Activation.ts';
import type { Long } from '@grpc/proto-loader';

export interface ActivationBatch {
  /**
   * For the items that leave theirs empty.
   */
  'system_id'?: (string);
  'run_id'?: (string);
  /**
   * 0 to 1,000.
   */
  'activations'?: (_slimmer_grpc_Activation)[];
  /**
   * In stream_activations: the client's number for this batch, which comes back in its acknowledgement. Any value.
   */
  'batch_no'?: (number | string | Long);
}

export interface ActivationBatchOutput {
  /**
   * For the items that leave theirs empty.
   */
  'system_id': (string);
  'run_id': (string);
  /**
   * 0 to 1,000.
   */
  'activations': (_slimmer_grpc_ActivationOutput)[];
  /**
   * In stream_activations: the client's number for this batch, which comes back in its acknowledgement. Any value.
   */
  'batch_no': (number);
}
