// Original file: slimmer_grpc/reader.proto

import type { Long } from '@grpc/proto-loader';

export interface ExportActivationsResponse {
  /**
   * The next piece of the file; it ends anywhere.
   */
  'data'?: (Buffer | Uint8Array | string);
  /**
   * Activations in it so far.
   */
  'rows'?: (number | string | Long);
}

export interface ExportActivationsResponseOutput {
  /**
   * The next piece of the file; it ends anywhere.
   */
  'data': (Buffer);
  /**
   * Activations in it so far.
   */
  'rows': (number);
}
