// Original file: slimmer_grpc/main.proto

import type { ItemError as _slimmer_grpc_ItemError, ItemErrorOutput as _slimmer_grpc_ItemErrorOutput } from '../slimmer_grpc/ItemError.ts';

/**
 * What became of one item: stored, unless error is set.
 */
export interface ActivationResult {
  'activation_id'?: (string);
  'duplicate'?: (boolean);
  'unregistered'?: (boolean);
  'clock_suspect'?: (boolean);
  'error'?: (_slimmer_grpc_ItemError | null);
}

/**
 * What became of one item: stored, unless error is set.
 */
export interface ActivationResultOutput {
  'activation_id': (string);
  'duplicate': (boolean);
  'unregistered': (boolean);
  'clock_suspect': (boolean);
  'error': (_slimmer_grpc_ItemErrorOutput | null);
}
