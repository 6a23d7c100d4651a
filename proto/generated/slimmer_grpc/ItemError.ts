// Original file: slimmer_grpc/main.proto

import type { FieldViolation as _slimmer_grpc_FieldViolation, FieldViolationOutput as _slimmer_grpc_FieldViolationOutput } from '../slimmer_grpc/FieldViolation.ts';

export interface ItemError {
  /**
   * A gRPC status code (google.rpc.Code), for example 3 for INVALID_ARGUMENT.
   */
  'code'?: (number);
  /**
   * The reason that a single call would carry in its ErrorInfo, for example "RUN_UNKNOWN".
   */
  'reason'?: (string);
  /**
   * For a person.
   */
  'message'?: (string);
  /**
   * Every wrong field of bad input.
   */
  'field_violations'?: (_slimmer_grpc_FieldViolation)[];
  /**
   * Whether the same item, sent again, may succeed.
   */
  'retryable'?: (boolean);
}

export interface ItemErrorOutput {
  /**
   * A gRPC status code (google.rpc.Code), for example 3 for INVALID_ARGUMENT.
   */
  'code': (number);
  /**
   * The reason that a single call would carry in its ErrorInfo, for example "RUN_UNKNOWN".
   */
  'reason': (string);
  /**
   * For a person.
   */
  'message': (string);
  /**
   * Every wrong field of bad input.
   */
  'field_violations': (_slimmer_grpc_FieldViolationOutput)[];
  /**
   * Whether the same item, sent again, may succeed.
   */
  'retryable': (boolean);
}
