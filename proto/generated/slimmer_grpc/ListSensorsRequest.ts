// Original file: slimmer_grpc/reader.proto

import type { _slimmer_grpc_Sensor_Attention, _slimmer_grpc_Sensor_AttentionOutput } from '../slimmer_grpc/Sensor.ts';

// Original file: slimmer_grpc/reader.proto

export const _slimmer_grpc_ListSensorsRequest_Order = {
  /**
   * Missing, never fired, silent, unregistered, the others; then by name.
   */
  ATTENTION: 'ATTENTION',
  /**
   * By category, name and identity.
   */
  NAME: 'NAME',
} as const;

export type _slimmer_grpc_ListSensorsRequest_Order =
  /**
   * Missing, never fired, silent, unregistered, the others; then by name.
   */
  | 'ATTENTION'
  | 0
  /**
   * By category, name and identity.
   */
  | 'NAME'
  | 1

export type _slimmer_grpc_ListSensorsRequest_OrderOutput = typeof _slimmer_grpc_ListSensorsRequest_Order[keyof typeof _slimmer_grpc_ListSensorsRequest_Order]

export interface ListSensorsRequest {
  'system_id'?: (string);
  /**
   * 1 to 1,000; 0 means 100.
   */
  'page_size'?: (number);
  'page_token'?: (string);
  /**
   * Exact, or with * for any text and ? for any character; a backslash makes these, and itself, ordinary.
   */
  'category'?: (string);
  'name'?: (string);
  'identity'?: (string);
  /**
   * Only sensors with one of these.
   */
  'attention'?: (_slimmer_grpc_Sensor_Attention)[];
  'order'?: (_slimmer_grpc_ListSensorsRequest_Order);
}

export interface ListSensorsRequestOutput {
  'system_id': (string);
  /**
   * 1 to 1,000; 0 means 100.
   */
  'page_size': (number);
  'page_token': (string);
  /**
   * Exact, or with * for any text and ? for any character; a backslash makes these, and itself, ordinary.
   */
  'category': (string);
  'name': (string);
  'identity': (string);
  /**
   * Only sensors with one of these.
   */
  'attention': (_slimmer_grpc_Sensor_AttentionOutput)[];
  'order': (_slimmer_grpc_ListSensorsRequest_OrderOutput);
}
