// Original file: slimmer_grpc/main.proto

import type { Long } from '@grpc/proto-loader';

/**
 * Counted by the client since its run began.
 */
export interface ClientReport {
  /**
   * Activations that the server has acknowledged.
   */
  'sent'?: (number | string | Long);
  /**
   * Activations that wait on the client.
   */
  'spooled'?: (number | string | Long);
  /**
   * Activations that the client had to drop.
   */
  'lost'?: (number | string | Long);
}

/**
 * Counted by the client since its run began.
 */
export interface ClientReportOutput {
  /**
   * Activations that the server has acknowledged.
   */
  'sent': (number);
  /**
   * Activations that wait on the client.
   */
  'spooled': (number);
  /**
   * Activations that the client had to drop.
   */
  'lost': (number);
}
