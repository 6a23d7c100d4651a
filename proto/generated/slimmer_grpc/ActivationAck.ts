// Original file: slimmer_grpc/main.proto

import type { ItemException as _slimmer_grpc_ItemException, ItemExceptionOutput as _slimmer_grpc_ItemExceptionOutput } from '../slimmer_grpc/ItemException.ts';
import type { Long } from '@grpc/proto-loader';

/**
 * Everything of one batch is durable, except the exceptions that carry an error.
 */
export interface ActivationAck {
  /**
   * That of the batch.
   */
  'batch_no'?: (number | string | Long);
  /**
   * Items that are durable: stored now, or before.
   */
  'stored'?: (number);
  /**
   * Items that deserve a word: refused, duplicate, unregistered or with a suspect clock.
   */
  'exceptions'?: (_slimmer_grpc_ItemException)[];
}

/**
 * Everything of one batch is durable, except the exceptions that carry an error.
 */
export interface ActivationAckOutput {
  /**
   * That of the batch.
   */
  'batch_no': (number);
  /**
   * Items that are durable: stored now, or before.
   */
  'stored': (number);
  /**
   * Items that deserve a word: refused, duplicate, unregistered or with a suspect clock.
   */
  'exceptions': (_slimmer_grpc_ItemExceptionOutput)[];
}
