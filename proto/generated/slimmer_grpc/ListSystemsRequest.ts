// Original file: slimmer_grpc/reader.proto

import type { _slimmer_grpc_System_State, _slimmer_grpc_System_StateOutput } from '../slimmer_grpc/System.ts';

// Original file: slimmer_grpc/reader.proto

export const _slimmer_grpc_ListSystemsRequest_Order = {
  /**
   * Down, late, up, quiet, stopped; then those longest in their state, then by name.
   */
  ATTENTION: 'ATTENTION',
  /**
   * By system_id.
   */
  NAME: 'NAME',
} as const;

export type _slimmer_grpc_ListSystemsRequest_Order =
  /**
   * Down, late, up, quiet, stopped; then those longest in their state, then by name.
   */
  | 'ATTENTION'
  | 0
  /**
   * By system_id.
   */
  | 'NAME'
  | 1

export type _slimmer_grpc_ListSystemsRequest_OrderOutput = typeof _slimmer_grpc_ListSystemsRequest_Order[keyof typeof _slimmer_grpc_ListSystemsRequest_Order]

export interface ListSystemsRequest {
  /**
   * 1 to 1,000; 0 means 100.
   */
  'page_size'?: (number);
  'page_token'?: (string);
  /**
   * Only systems whose system_id holds this text, in any case. At most 128 characters.
   */
  'query'?: (string);
  /**
   * Only systems in one of these states.
   */
  'states'?: (_slimmer_grpc_System_State)[];
  'order'?: (_slimmer_grpc_ListSystemsRequest_Order);
  /**
   * Only systems whose current run has this label: "key" or "key=value".
   */
  'label'?: (string);
}

export interface ListSystemsRequestOutput {
  /**
   * 1 to 1,000; 0 means 100.
   */
  'page_size': (number);
  'page_token': (string);
  /**
   * Only systems whose system_id holds this text, in any case. At most 128 characters.
   */
  'query': (string);
  /**
   * Only systems in one of these states.
   */
  'states': (_slimmer_grpc_System_StateOutput)[];
  'order': (_slimmer_grpc_ListSystemsRequest_OrderOutput);
  /**
   * Only systems whose current run has this label: "key" or "key=value".
   */
  'label': (string);
}
